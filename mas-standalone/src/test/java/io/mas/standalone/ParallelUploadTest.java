package io.mas.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.mas.standalone.MasClient.Answer;
import io.mas.standalone.SharedStore.Store;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(SharedStore.class)
class ParallelUploadTest {
  private static final int CLIENTS = 200;

  private final Store store;
  private final MasClient client;

  ParallelUploadTest(Store store) {
    this.store = store;
    this.client = store.client();
  }

  @Test
  void manyUploadsOfTheSameNewFileAreOneFile() throws Exception {
    Content file = Content.random("wanted by all", 300_000, 41);
    Set<Path> before = Shards.of(store);
    for (Answer answer : uploadedByAll(file)) {
      assertThat(answer.ok()).as("%s", answer).isTrue();
      assertThat(answer.persistent()).isTrue();
    }
    assertThat(client.download(file.hash()).is(file)).isTrue();
    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(
            () -> assertThat(Shards.since(before, store)).as("shards of one part").hasSize(6));
  }

  private List<Answer> uploadedByAll(Content file) throws Exception {
    CountDownLatch ready = new CountDownLatch(CLIENTS);
    try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Answer>> answers = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        answers.add(
            clients.submit(
                () -> {
                  String token = client.uploadToken(file.hash());
                  ready.countDown();
                  ready.await();
                  return client.single(token, file);
                }));
      }
      List<Answer> done = new ArrayList<>();
      for (Future<Answer> answer : answers) {
        done.add(answer.get());
      }
      return done;
    }
  }
}

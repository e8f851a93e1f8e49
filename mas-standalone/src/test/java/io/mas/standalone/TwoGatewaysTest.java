package io.mas.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mas.dev.cluster.ClusterProcess;
import io.mas.standalone.MasClient.Answer;
import io.mas.standalone.MasClient.Download;
import io.mas.standalone.SharedCluster.Running;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Gateways share everything but the requests that they have: what one begins the other ends. */
@ExtendWith(SharedCluster.class)
class TwoGatewaysTest {
  private static final int MIB = 1 << 20;

  /** The token of a download is looked at every 5 s; what is on its way is read by then slowly. */
  private static final Duration REVOCATION = Duration.ofSeconds(10);

  private final Running running;
  private final MasClient first;
  private final MasClient second;

  TwoGatewaysTest(Running running) {
    this.running = running;
    this.first = running.through(1);
    this.second = running.through(2);
  }

  @AfterEach
  void startWhatWasKilled() {
    running.cluster().gateways().forEach(ClusterProcess::start);
  }

  private static Content chunk(Content file, int number) {
    return ChunkedUpload.chunk(file, MIB, number);
  }

  /** Runs both at the same time. */
  private static <T> List<T> both(Callable<T> one, Callable<T> other) throws Exception {
    CyclicBarrier start = new CyclicBarrier(2);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<T>> futures = new ArrayList<>();
      for (Callable<T> call : List.of(one, other)) {
        futures.add(
            threads.submit(
                () -> {
                  start.await();
                  return call.call();
                }));
      }
      return List.of(futures.getFirst().get(), futures.getLast().get());
    }
  }

  private void assertReadsBack(Content file) {
    assertThat(first.download(file.hash()).is(file)).isTrue();
    assertThat(second.download(file.hash()).is(file)).isTrue();
  }

  /** The answer of both is that the file is stored, in the same words. */
  private static void assertOneFile(List<Answer> answers) {
    assertThat(answers)
        .allSatisfy(answer -> assertThat(answer.persistent()).as("%s", answer).isTrue());
    assertThat(answers.getFirst().data()).isEqualTo(answers.getLast().data());
  }

  private String begin(Content file) {
    String token = first.uploadToken(file.hash());
    assertThat(second.init(token, file.name()).ok()).isTrue();
    return token;
  }

  private void send(String token, Content file, int number) {
    Answer answer = running.through(1 + number % 2).chunk(token, number, chunk(file, number));
    assertThat(answer.ok()).as("chunk %d: %s", number, answer).isTrue();
  }

  @Test
  void chunksOfOneUploadGoThroughBothAtOnce() throws Exception {
    Content file = Content.random("spread", 12L * MIB + 5, 201);
    String token = begin(file);
    try (ExecutorService senders = Executors.newFixedThreadPool(4)) {
      List<Future<?>> sent = new ArrayList<>();
      for (int number = 1; number <= 13; number++) {
        int next = number;
        sent.add(senders.submit(() -> send(token, file, next)));
      }
      for (Future<?> one : sent) {
        one.get();
      }
    }
    assertThat(first.init(token, "spread").data().path("chunks").asString()).isEqualTo("1-13");
    assertThat(second.finish(token).persistent()).isTrue();
    assertReadsBack(file);
  }

  @Test
  void aChunkIsTheSameThroughTheOther() throws Exception {
    Content file = Content.random("same", 2 * MIB, 202);
    String token = begin(file);
    List<Answer> answers =
        both(
            () -> first.chunk(token, 1, chunk(file, 1)),
            () -> second.chunk(token, 1, chunk(file, 1)));
    assertThat(answers).allSatisfy(answer -> assertThat(answer.ok()).isTrue());
    Answer other = second.chunk(token, 1, chunk(file, 2));
    assertThat(other.status()).isEqualTo(409);
    assertThat(other.code()).isEqualTo(5405);
    send(token, file, 2);
    assertThat(first.finish(token).persistent()).isTrue();
    assertReadsBack(file);
  }

  @Test
  void ofTwoContentsOfAChunkOneWins() throws Exception {
    Content file = Content.random("rivals", 2 * MIB, 203);
    String token = begin(file);
    List<Answer> answers =
        both(
            () -> first.chunk(token, 1, chunk(file, 1)),
            () -> second.chunk(token, 1, Content.random("rival", MIB, 2030)));
    assertThat(answers.stream().map(Answer::code)).containsExactlyInAnyOrder(200, 5405);
  }

  @Test
  void aFinishOnBothIsOneFinish() throws Exception {
    Content file = Content.random("finished twice", 4 * MIB, 204);
    String token = begin(file);
    IntStream.rangeClosed(1, 4).forEach(number -> send(token, file, number));
    assertOneFile(both(() -> first.finish(token), () -> second.finish(token)));
    assertReadsBack(file);
  }

  @Test
  void aFileThatBothStoreIsOneFile() throws Exception {
    Content file = Content.random("wanted by both", 2 * MIB, 205);
    assertOneFile(both(() -> first.single(file), () -> second.single(file)));
    assertReadsBack(file);
  }

  @Test
  void aDeleteThroughOneIsSeenByTheOtherAtOnce() {
    Content file = Content.random("deleted", MIB, 206);
    assertThat(first.single(file).ok()).isTrue();
    assertReadsBack(file); // both have it in their caches now
    assertThat(first.delete(file.hash()).ok()).isTrue();
    assertThat(second.download(file.hash()).code()).isEqualTo(5407);
    assertThat(second.info(file.hash()).code()).isEqualTo(5407);
    assertThat(second.delete(file.hash()).code()).isEqualTo(5407);
  }

  @Test
  void aRevocationThroughOneHoldsForTheOtherAtOnce() {
    Content file = Content.text("revoked", "revoked through the other gateway");
    assertThat(first.single(file).ok()).isTrue();
    String token = first.downloadToken(file.hash());
    String other = second.downloadToken(file.hash());
    assertThat(second.fetch(token).is(file)).isTrue();
    assertThat(first.revoke(token).ok()).isTrue();
    assertThat(second.fetch(token).code()).isEqualTo(5301);
    assertThat(first.fetch(other).is(file)).isTrue();
    assertThat(first.revokeAll(file.hash()).ok()).isTrue();
    assertThat(second.fetch(other).code()).isEqualTo(5301);
    assertThat(second.fetch(second.downloadToken(file.hash())).is(file)).isTrue();
  }

  @Test
  void aRevocationThroughOneEndsADownloadThroughTheOther() throws Exception {
    Content file = Content.random("endless", 96L * MIB, 207);
    assertThat(first.single(file).ok()).isTrue();
    String token = first.downloadToken(file.hash());
    try (InputStream body = first.open(token)) {
      assertThat(body.readNBytes(MIB)).hasSize(MIB);
      assertThat(second.revoke(token).ok()).isTrue();
      long revoked = System.nanoTime();
      assertThatThrownBy(() -> readSlowly(body)).isInstanceOf(IOException.class);
      Duration took = Duration.ofNanos(System.nanoTime() - revoked);
      System.out.printf("a revocation ended a download after %d ms%n", took.toMillis());
      assertThat(took).isLessThan(REVOCATION);
    }
  }

  /** Takes 16 s for the file above, longer than the revocation. */
  private static void readSlowly(InputStream body) throws IOException {
    byte[] some = new byte[MIB / 8];
    while (body.readNBytes(some, 0, some.length) > 0) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
  }

  private static void assertBreaksOff(Callable<?> request) {
    assertThatThrownBy(request::call).isInstanceOf(UncheckedIOException.class);
  }

  @Test
  void aChunkWhoseGatewayIsKilledIsSentThroughTheOther() {
    Content file = Content.random("interrupted", 10L * MIB, 208);
    String token = begin(file);
    Content rest = file.slice(2L * MIB, file.length());
    Content killing = rest.interrupted(5L * MIB, () -> running.cluster().gateway(1).kill());
    assertThat(first.chunk(token, 1, chunk(file, 1)).ok()).isTrue();
    assertThat(first.chunk(token, 2, chunk(file, 2)).ok()).isTrue();
    assertBreaksOff(() -> first.chunk(token, 3, killing));
    Answer resumed = second.init(token, "interrupted");
    assertThat(resumed.data().path("chunks").asString()).isEqualTo("1-2");
    assertThat(second.chunk(token, 3, rest).ok()).isTrue();
    assertThat(second.finish(token).persistent()).isTrue();
    assertThat(second.download(file.hash()).is(file)).isTrue();
  }

  @Test
  void aSingleUploadWhoseGatewayIsKilledIsSentThroughTheOther() {
    Content file = Content.random("interrupted single", 10L * MIB, 209);
    Content killing = file.interrupted(5L * MIB, () -> running.cluster().gateway(1).kill());
    String token = first.uploadToken(file.hash());
    assertBreaksOff(() -> first.single(token, killing));
    assertThat(second.info(file.hash()).code()).isEqualTo(5407);
    assertThat(second.single(token, file).ok()).isTrue();
    assertThat(second.download(file.hash()).is(file)).isTrue();
  }

  @Test
  void aDownloadWhoseGatewayIsKilledGoesOnThroughTheOther() throws Exception {
    Content file = Content.random("broken off", 24L * MIB, 210);
    assertThat(second.single(file).ok()).isTrue();
    String token = second.downloadToken(file.hash());
    long had = 0;
    try (InputStream body = first.open(token)) {
      had = body.readNBytes(MIB).length;
      running.cluster().gateway(1).kill();
      byte[] some = new byte[MIB / 8];
      for (int n = body.read(some); n >= 0; n = body.read(some)) {
        had += n;
      }
    } catch (IOException brokeOff) {
      System.out.printf("a download broke off after %d bytes%n", had);
    }
    assertThat(had).isLessThan(file.length());
    Download rest = second.fetch(token, "Range", "bytes=%d-".formatted(had));
    assertThat(rest.status()).isEqualTo(206);
    assertThat(rest.holds(file.slice(had, file.length()))).isTrue();
  }

  /** Before the commit and after it, the client has no answer and asks the other gateway. */
  @Test
  void aFinishWhoseGatewayIsKilledIsRepeatedThroughTheOther() throws Exception {
    both(
        () -> finishIsRepeated("finish.verified", 211),
        () -> finishIsRepeated("commit.applied", 212));
  }

  private boolean finishIsRepeated(String point, long seed) throws Exception {
    Content file = Content.random(point, 3 * MIB, seed);
    String token = begin(file);
    IntStream.rangeClosed(1, 3).forEach(number -> send(token, file, number));
    try (ExtraProcess gateway = ExtraProcess.gateway(running, "-Dmas.crash-at=" + point);
        MasClient third = new MasClient(gateway.address(), running.cluster().systemToken());
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> unanswered = threads.submit(() -> assertBreaksOff(() -> third.finish(token)));
      gateway.awaitOutput("MAS-CRASH-POINT " + point);
      gateway.kill();
      unanswered.get();
    }
    long killed = System.nanoTime();
    Answer repeated = second.finish(token);
    assertThat(repeated.persistent()).as("%s: %s", point, repeated).isTrue();
    assertThat(first.download(file.hash()).is(file)).isTrue();
    System.out.printf(
        "a finish killed at %s was done by another gateway %d ms later%n",
        point, Duration.ofNanos(System.nanoTime() - killed).toMillis());
    return true;
  }
}

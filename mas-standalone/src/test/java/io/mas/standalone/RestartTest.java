package io.mas.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.mas.dev.options.ClusterOptions;
import io.mas.standalone.SharedStore.Store;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

class RestartTest {
  @Test
  void aStoreThatIsStartedAgainHasItsFiles(@TempDir Path data) throws Exception {
    List<Content> files =
        List.of(
            Content.text("hello.txt", "hello"),
            Content.random("large", 3 << 20, 51),
            Content.of("empty", new byte[0]));
    Content resumed = Content.random("resumed", 3 << 20, 52);
    String systemToken;
    try (Cluster cluster = Cluster.start(ClusterOptions.in(data));
        MasClient client = new MasClient(cluster.api(), cluster.systemToken())) {
      systemToken = cluster.systemToken();
      assertThat(files).allSatisfy(file -> assertThat(client.single(file).ok()).isTrue());
      String token = client.uploadToken(resumed.hash());
      assertThat(client.init(token, "resumed").ok()).isTrue();
      assertThat(client.chunk(token, 2, ChunkedUpload.chunk(resumed, 1 << 20, 2)).ok()).isTrue();
    }
    try (Cluster cluster = Cluster.start(ClusterOptions.in(data));
        MasClient client = new MasClient(cluster.api(), systemToken)) {
      assertThat(cluster.systemToken()).isEqualTo(systemToken);
      assertThat(files)
          .allSatisfy(file -> assertThat(client.download(file.hash()).is(file)).isTrue());
      String token = client.uploadToken(resumed.hash());
      assertThat(client.init(token, "resumed").data().path("chunks").asString()).isEqualTo("2");
      for (int number : List.of(1, 3)) {
        Content chunk = ChunkedUpload.chunk(resumed, 1 << 20, number);
        assertThat(client.chunk(token, number, chunk).ok()).isTrue();
      }
      assertThat(client.finish(token).persistent()).isTrue();
      assertThat(client.download(resumed.hash()).is(resumed)).isTrue();
    }
  }

  @Test
  @ExtendWith(SharedStore.class)
  void anUploadGoesOnWithAnotherGateway(Store store) {
    Content file = Content.random("two gateways", 2 << 20, 53);
    String token = store.client().uploadToken(file.hash());
    assertThat(store.client().init(token, "two gateways").ok()).isTrue();
    Content first = ChunkedUpload.chunk(file, 1 << 20, 1);
    assertThat(store.client().chunk(token, 1, first).ok()).isTrue();
    store.cluster().restartGateway();
    MasClient client = store.client();
    assertThat(client.init(token, "two gateways").data().path("chunks").asString()).isEqualTo("1");
    Content second = ChunkedUpload.chunk(file, 1 << 20, 2);
    assertThat(client.chunk(token, 2, second).ok()).isTrue();
    assertThat(client.finish(token).persistent()).isTrue();
    assertThat(client.download(file.hash()).is(file)).isTrue();
  }
}

package io.mas.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The process as a user of {@code ./mas up} meets it. */
class StandaloneTest {
  @TempDir Path data;

  @Test
  void aBadStartIsOneMessageAndExitCodeTwo() {
    try (StoreProcess store = StoreProcess.begin(List.of(), List.of("--nodes", "2"))) {
      assertThat(store.exitCode()).isEqualTo(2);
      assertThat(store.output())
          .startsWith("mas: 2 nodes are too few for 4+2")
          .contains("Use --nodes 3 or more")
          .doesNotContain("Exception")
          .doesNotContain("\tat ");
    }
  }

  @Test
  void helpNamesEveryOption() {
    try (StoreProcess store = StoreProcess.begin(List.of(), List.of("--help"))) {
      assertThat(store.exitCode()).isZero();
      assertThat(store.output())
          .contains("--bind", "--port", "--management-port", "--data", "--nodes", "--erasure")
          .contains("--system-token", "MAS_SYSTEM_TOKEN");
    }
  }

  @Test
  void aStoreStopsCleanlyAndQuicklyAndKeepsItsFiles() {
    Content file = Content.random("kept", 1 << 20, 61);
    try (StoreProcess store = StoreProcess.start(data);
        MasClient client = store.client(data)) {
      assertThat(client.single(file).ok()).isTrue();
      long begun = System.nanoTime();
      store.terminate();
      assertThat(store.exitCode()).isEqualTo(143);
      assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(5));
      assertThat(store.output()).endsWith("Stopped; the files are kept.");
    }
    try (StoreProcess store = StoreProcess.start(data);
        MasClient client = store.client(data)) {
      assertThat(client.download(file.hash()).is(file)).isTrue();
    }
  }

  @Test
  void aSecondStoreOnTheSameDataIsRefused() {
    try (StoreProcess first = StoreProcess.start(data)) {
      List<String> arguments =
          List.of("--port", "0", "--management-port", "0", "--data", data.toString());
      try (StoreProcess second = StoreProcess.begin(List.of(), arguments)) {
        assertThat(second.exitCode()).isEqualTo(2);
        assertThat(second.output()).startsWith("mas: ").contains("in use").doesNotContain("\tat ");
      }
      assertThat(first.alive()).isTrue();
    }
  }

  @Test
  void aSingleNodeWorksWithoutPromises() {
    List<String> arguments =
        List.of("--port=0", "--management-port=0", "--data=" + data, "--nodes=1", "--erasure=4+2");
    try (StoreProcess store = StoreProcess.begin(List.of(), arguments)) {
      store.await(line -> line.contains("of which 0 may fail"));
      store.await(line -> line.contains("Ctrl-C stops it"));
      try (MasClient client = store.client(data)) {
        Content file = Content.random("alone", 3 << 20, 62);
        assertThat(client.single(file).ok()).isTrue();
        assertThat(client.download(file.hash()).is(file)).isTrue();
      }
    }
  }
}

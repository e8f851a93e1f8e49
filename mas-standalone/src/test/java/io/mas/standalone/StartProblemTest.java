package io.mas.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mas.api.metadata.MetadataStore;
import io.mas.api.metadata.RocksMetadataStore;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is refused before anything has been started. */
class StartProblemTest {
  @TempDir Path data;

  @Test
  void aPortInUse() throws IOException {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      ClusterOptions options =
          new ClusterOptions("127.0.0.1", other.getLocalPort(), 0, data, 6, "4+2", "", Map.of());
      assertThatThrownBy(() -> DataDirectory.open(options))
          .isInstanceOf(StartProblem.class)
          .hasMessageContaining("Port %d of 127.0.0.1 cannot be used", other.getLocalPort())
          .hasMessageContaining("choose another with --port");
    }
  }

  @Test
  void anAddressThatIsNotOfThisMachine() {
    ClusterOptions options = new ClusterOptions("192.0.2.1", 0, 0, data, 6, "4+2", "", Map.of());
    assertThatThrownBy(() -> DataDirectory.open(options))
        .isInstanceOf(StartProblem.class)
        .hasMessageContaining("192.0.2.1");
  }

  @Test
  void aDataDirectoryThatCannotBeMade() throws IOException {
    Path file = Files.createFile(data.resolve("file"));
    assertThatThrownBy(() -> DataDirectory.open(ClusterOptions.in(file.resolve("data"))))
        .isInstanceOf(StartProblem.class)
        .hasMessageContaining("%s", file)
        .hasMessageContaining("name another one with --data");
  }

  @Test
  void aDataDirectoryWithMoreNodesThanAskedFor() throws IOException {
    Files.createDirectory(data.resolve("node-7"));
    assertThatThrownBy(() -> DataDirectory.open(ClusterOptions.in(data)))
        .isInstanceOf(StartProblem.class)
        .hasMessageContaining("has a node-7, but --nodes is 6")
        .hasMessageContaining("Use --nodes 7 or more");
  }

  @Test
  void aDataDirectoryThatIsInUse() {
    try (MetadataStore other = RocksMetadataStore.open(data.resolve("metadata"))) {
      assertThat(other.clusterId()).isNotEmpty();
      assertThatThrownBy(() -> DataDirectory.open(ClusterOptions.in(data)))
          .isInstanceOf(StartProblem.class)
          .hasMessageContaining("%s", data.resolve("metadata"));
    }
  }

  @Test
  void aSystemTokenFileThatIsEmpty() throws IOException {
    Files.createFile(data.resolve("system-token"));
    assertThatThrownBy(() -> DataDirectory.open(ClusterOptions.in(data)))
        .isInstanceOf(StartProblem.class)
        .hasMessageContaining("is empty");
  }

  @Test
  void theSystemTokenIsMadeOnceAndForItsOwnerOnly() throws IOException {
    String token = SystemToken.of(data, new SecureRandom());
    assertThat(token).matches("[A-Za-z0-9_-]{43}");
    assertThat(SystemToken.of(data, new SecureRandom())).isEqualTo(token);
    assertThat(Files.getPosixFilePermissions(data.resolve("system-token")))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
  }
}

package io.mas.dev.options;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is refused before anything has been started. */
class DataDirectoryTest {
  @TempDir Path data;

  private DataDirectory open() {
    return DataDirectory.open(Command.UP, ClusterOptions.in(data));
  }

  @Test
  void aPortInUse() throws IOException {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Address address = new Address("127.0.0.1", other.getLocalPort());
      assertThatThrownBy(() -> address.requireFree("--port"))
          .isInstanceOf(StartProblem.class)
          .hasMessageContaining("Port %d of 127.0.0.1 cannot be used", other.getLocalPort())
          .hasMessageContaining("choose another with --port");
    }
  }

  @Test
  void anAddressThatIsNotOfThisMachine() {
    assertThatThrownBy(() -> new Address("192.0.2.1", 0).requireFree("--port"))
        .isInstanceOf(StartProblem.class)
        .hasMessageContaining("192.0.2.1");
  }

  @Test
  void aDataDirectoryThatCannotBeMade() throws IOException {
    Path file = Files.createFile(data.resolve("file"));
    assertThatThrownBy(
            () -> DataDirectory.open(Command.UP, ClusterOptions.in(file.resolve("data"))))
        .isInstanceOf(StartProblem.class)
        .hasMessageContaining("%s", file)
        .hasMessageContaining("name another one with --data");
  }

  @Test
  void aDataDirectoryWithMoreNodesThanAskedFor() throws IOException {
    Files.createDirectory(data.resolve("node-7"));
    assertThatThrownBy(() -> open())
        .isInstanceOf(StartProblem.class)
        .hasMessageContaining("has a node-7, but --nodes is 6")
        .hasMessageContaining("Use --nodes 7 or more");
  }

  @Test
  void aDataDirectoryThatIsInUse() {
    try (DataDirectory first = open()) {
      assertThat(first.path()).isEqualTo(data);
      assertThatThrownBy(this::open)
          .isInstanceOf(StartProblem.class)
          .hasMessageContaining("%s", data)
          .hasMessageContaining("in use");
    }
    open().close();
  }

  @Test
  void aDataDirectoryOfAnotherCommand() {
    open().close();
    assertThatThrownBy(() -> DataDirectory.open(Command.DEV, ClusterOptions.in(data)))
        .isInstanceOf(StartProblem.class)
        .hasMessageContaining("belongs to './mas up', this is './mas dev'");
    open().close();
  }

  @Test
  void aDataDirectoryOfAnOlderVersion() throws IOException {
    Files.createDirectory(data.resolve("metadata"));
    assertThatThrownBy(() -> DataDirectory.open(Command.DEV, ClusterOptions.in(data)))
        .isInstanceOf(StartProblem.class)
        .hasMessageContaining("belongs to './mas up'");
    open().close();
  }

  @Test
  void aSystemTokenFileThatIsEmpty() throws IOException {
    Files.createFile(data.resolve("system-token"));
    try (DataDirectory directory = open()) {
      assertThatThrownBy(directory::systemToken)
          .isInstanceOf(StartProblem.class)
          .hasMessageContaining("is empty");
    }
  }

  @Test
  void secretsAreMadeOnceAndForTheirOwnerOnly() throws IOException {
    String token;
    String cluster;
    try (DataDirectory directory = open()) {
      token = directory.systemToken();
      cluster = directory.clusterId();
    }
    assertThat(token).matches("[A-Za-z0-9_-]{43}");
    assertThat(cluster).matches("[0-9a-f]{16}");
    try (DataDirectory directory = open()) {
      assertThat(directory.systemToken()).isEqualTo(token);
      assertThat(directory.clusterId()).isEqualTo(cluster);
      assertThat(directory.secret("internal-key")).isNotEqualTo(token);
    }
    assertThat(Files.getPosixFilePermissions(data.resolve("system-token")))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
  }
}

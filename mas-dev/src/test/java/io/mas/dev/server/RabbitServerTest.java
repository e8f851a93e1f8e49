package io.mas.dev.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RabbitServerTest {
  @TempDir static Path directory;
  private static RabbitServer server;

  @BeforeAll
  static void start() {
    server = new RabbitServer(directory.resolve("broker"));
    server.start();
  }

  @AfterAll
  static void close() {
    server.close();
  }

  /** The first byte of the broker's answer to a greeting; fails if there is none within 500 ms. */
  private static int greet(RabbitServer broker) throws IOException {
    try (Socket socket =
        new Socket(InetAddress.getLoopbackAddress(), URI.create(broker.uri()).getPort())) {
      socket.setSoTimeout(500);
      socket.getOutputStream().write(new byte[] {'A', 'M', 'Q', 'P', 0, 0, 9, 1});
      return socket.getInputStream().read();
    }
  }

  @Test
  void aKilledOneComesBackAtItsAddressWithItsData() throws Exception {
    server.control("add_vhost", "kept");
    String uri = server.uri();
    long before = server.pid();
    server.kill();
    assertThat(ServerProcess.listens(URI.create(uri).getPort())).isFalse();
    server.start();
    assertThat(server.pid()).isNotEqualTo(before);
    assertThat(server.uri()).isEqualTo(uri);
    assertThat(server.control("list_vhosts")).contains("kept");
    assertThat(greet(server)).isEqualTo(1);
  }

  @Test
  void aSuspendedOneTakesConnectionsAndAnswersNothing() throws Exception {
    server.suspend();
    try {
      assertThatThrownBy(() -> greet(server)).isInstanceOf(SocketTimeoutException.class);
    } finally {
      server.resume();
    }
    assertThat(greet(server)).isEqualTo(1);
  }

  @Test
  void theMemoryAlarmIsRaisedAndEnded() {
    server.memoryAlarm(true);
    assertThat(server.control("eval", "rabbit_alarm:get_alarms().")).contains("memory");
    server.memoryAlarm(false);
    assertThat(server.control("eval", "rabbit_alarm:get_alarms().")).doesNotContain("memory");
  }

  @Test
  void twoRunBesideEachOtherAndNothingIsLeftOfOneThatWasStopped() throws Exception {
    RabbitServer other = new RabbitServer(directory.resolve("other"));
    other.start();
    ProcessHandle process = ProcessHandle.of(other.pid()).orElseThrow();
    assertThat(greet(other)).isEqualTo(1);
    assertThat(greet(server)).isEqualTo(1);
    other.close();
    assertThat(process.isAlive()).isFalse();
    assertThat(greet(server)).isEqualTo(1);
  }
}

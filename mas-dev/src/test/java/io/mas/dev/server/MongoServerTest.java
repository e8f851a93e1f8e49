package io.mas.dev.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** A server goes through its life on one port. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
@EnabledIf("available")
class MongoServerTest {
  @TempDir private Path directory;

  static boolean available() {
    if (!MongoServer.available()) {
      System.out.println("NOT RUN: MongoServerTest: no shared/mongodb beside the repository");
    }
    return MongoServer.available();
  }

  @Test
  void itStartsAgainAfterAStopAndAfterAKill() {
    int port = ServerProcess.freePort();
    try (MongoServer server = MongoServer.in(directory, port)) {
      server.start();
      long first = server.process().pid();
      server.start();
      assertThat(server.process().pid()).isEqualTo(first);
      server.stop();
      assertThat(ServerProcess.listens(port)).isFalse();
      server.start();
      server.kill();
      assertThat(ServerProcess.listens(port)).isFalse();
      server.start();
      assertThat(ServerProcess.listens(port)).isTrue();
      assertThat(server.uri()).isEqualTo("mongodb://127.0.0.1:" + port + "/?replicaSet=secantus");
    }
    assertThat(ServerProcess.listens(port)).isFalse();
  }

  @Test
  void oneThatHangsIsStoppedToo() {
    MongoServer server = MongoServer.in(directory, ServerProcess.freePort());
    server.start();
    server.suspend();
    server.close();
    assertThat(server.process().alive()).isFalse();
  }
}

package io.mas.dev.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mas.dev.server.RedisServer.Persistence;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RedisServerTest {
  @TempDir Path directory;

  @Test
  void anAppendOnlyServerKeepsItsDataAndItsAddressOverACleanRestart() {
    try (var redis = new RedisServer(directory, Persistence.APPEND_ONLY)) {
      redis.start();
      assertThat(redis.command("SET", "key", "value")).isEqualTo("OK");
      String uri = redis.uri();
      redis.stop();
      assertThatThrownBy(() -> redis.command("PING")).isInstanceOf(UncheckedIOException.class);
      redis.start();
      assertThat(redis.uri()).isEqualTo(uri);
      assertThat(redis.command("GET", "key")).isEqualTo("value");
    }
  }

  @Test
  void aServerWithoutPersistenceForgetsAllWhenItIsKilled() {
    try (var redis = new RedisServer(directory, Persistence.NONE)) {
      redis.start();
      redis.command("SET", "key", "value");
      long pid = redis.pid();
      redis.kill();
      redis.start();
      assertThat(redis.pid()).isNotEqualTo(pid);
      assertThat(redis.command("EXISTS", "key")).isEqualTo("0");
    }
  }

  @Test
  void aSuspendedServerDoesNotAnswerUntilItIsResumed() {
    try (var redis = new RedisServer(directory, Persistence.NONE)) {
      redis.start();
      redis.suspend();
      assertThatThrownBy(() -> redis.command("PING")).isInstanceOf(UncheckedIOException.class);
      redis.resume();
      assertThat(redis.command("PING")).isEqualTo("PONG");
    }
  }

  @Test
  void settingsArePartOfItsConfiguration() {
    try (var redis = new RedisServer(directory, Persistence.NONE, "requirepass secret")) {
      redis.start();
      assertThat(redis.command("GET", "key")).startsWith("NOAUTH");
    }
  }

  @Test
  void aMissingProgramSaysHowToGetIt() {
    assertThatThrownBy(() -> Program.find("redis-servant", "Install it: apt-get install x"))
        .isInstanceOf(ServerMissingException.class)
        .hasMessage("redis-servant is not on this machine. Install it: apt-get install x");
  }
}

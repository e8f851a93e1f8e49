package io.mas.dev.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.mas.dev.server.RedisServer.Persistence;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several servers replace one that was killed, and keep their data. */
class RedisFailoverTest {
  /** Whoever votes has forced its configuration first, which a busy disk may hold for seconds. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path directory;

  @Test
  void sentinelsPutAReplicaInThePlaceOfThePrimary() {
    try (var redis = new RedisSentinel(directory, Persistence.NONE)) {
      redis.start();
      RedisServer first = redis.primary();
      first.command("SET", "key", "value");
      assertThat(first.command("WAIT", "2", "1000")).isEqualTo("2");
      first.kill();
      Awaitility.await().atMost(PATIENCE).until(() -> redis.primary() != first);
      assertThat(redis.primary().command("GET", "key")).isEqualTo("value");
    }
  }

  @Test
  void aClusterPutsAReplicaInThePlaceOfAPrimaryAndOutlivesItsProcesses() {
    try (var redis = new RedisCluster(directory, Persistence.APPEND_ONLY)) {
      redis.start();
      RedisServer first = redis.primary("key");
      first.command("SET", "key", "value");
      assertThat(first.command("WAIT", "1", "1000")).isEqualTo("1");
      first.kill();
      try {
        Awaitility.await().atMost(PATIENCE).until(() -> somebodyHas(redis, "key", "value"));
      } catch (ConditionTimeoutException e) {
        throw new AssertionError(logs(redis), e);
      }
      assertThat(redis.primary("key")).isNotSameAs(first);
      redis.stop();
      redis.start();
      assertThat(redis.primary("key").command("GET", "key")).isEqualTo("value");
    }
  }

  private static boolean somebodyHas(RedisCluster redis, String key, String value) {
    return redis.servers().stream()
        .filter(RedisServer::runs)
        .anyMatch(server -> server.command("GET", key).equals(value));
  }

  /** Why nobody was elected. */
  private static String logs(RedisCluster redis) {
    return redis.processes().stream()
        .map(process -> process.name() + ": " + process.logTail())
        .collect(Collectors.joining("\n\n"));
  }
}

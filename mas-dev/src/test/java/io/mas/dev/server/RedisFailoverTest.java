package io.mas.dev.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.mas.dev.server.RedisServer.Persistence;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several servers replace one that was killed, and keep their data. */
class RedisFailoverTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @TempDir Path directory;

  @Test
  void sentinelsPutAReplicaInThePlaceOfThePrimary() {
    try (var redis = new RedisSentinel(directory, Persistence.NONE)) {
      redis.start();
      RedisServer first = redis.primary();
      first.command("SET", "key", "value");
      awaitReplicas(first, 2);
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
      awaitReplicas(first, 1);
      first.kill();
      Awaitility.await().atMost(PATIENCE).until(() -> somebodyHas(redis, "key", "value"));
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

  /**
   * Waits until so many replicas have all that the primary has. WAIT would not: it waits for what
   * its own connection has written.
   */
  private static void awaitReplicas(RedisServer primary, int replicas) {
    Awaitility.await().atMost(PATIENCE).until(() -> inStep(primary) == replicas);
  }

  private static long inStep(RedisServer primary) {
    List<String> facts = primary.command("INFO", "replication").lines().toList();
    String offset = "master_repl_offset:";
    String all = facts.stream().filter(fact -> fact.startsWith(offset)).findFirst().orElseThrow();
    String has = ",offset=%s,".formatted(all.substring(offset.length()));
    return facts.stream().filter(fact -> fact.startsWith("slave") && fact.contains(has)).count();
  }
}

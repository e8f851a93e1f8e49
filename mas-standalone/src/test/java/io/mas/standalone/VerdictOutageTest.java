package io.mas.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.mas.dev.cluster.DevCluster;
import io.mas.dev.server.Server;
import io.mas.standalone.MasClient.Answer;
import io.mas.standalone.SharedCluster.Running;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * That servers which hang, or are killed, cost no node, and that no repair and no delete is begun
 * for them (design.md, section 9, I7). Afterwards a file is really deleted, a folder really emptied
 * and a node really killed, and the same counters tell it.
 */
class VerdictOutageTest {
  /** Longer than a node may be away in this cluster while one more may be lost. */
  private static final Duration AFTER = Duration.ofSeconds(8);

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final int MIB = 1 << 20;

  /**
   * Verdicts and garbage in seconds: several times shorter than an outage, and longer than an
   * upload.
   */
  private static final Map<String, String> SWEEPS =
      Map.of(
          "mas.garbage.every", "1s",
          "mas.garbage.grace", "10s",
          "mas.garbage.attempt-grace", "10s",
          "mas.garbage.prepared-grace", "10s");

  private static Map<String, String> settings() {
    Map<String, String> all = new HashMap<>(Scratch.QUICK_VERDICTS);
    all.putAll(Scratch.QUICK_GARBAGE);
    all.putAll(SWEEPS);
    return all;
  }

  @Test
  void nothingIsRepairedOrDeletedForAnOutageOfTheServers() {
    duringOutagesOf(Duration.ofSeconds(Long.getLong("mas.outage.seconds", 30)));
  }

  @Test
  @Tag("soak")
  void nothingIsRepairedOrDeletedForALongOutageOfTheServers() {
    duringOutagesOf(Duration.ofSeconds(Long.getLong("mas.outage.seconds", 300)));
  }

  private static void duringOutagesOf(Duration outage) {
    try (Running running = Running.start(settings())) {
      DevCluster cluster = running.cluster();
      Content kept = stored(running, "kept", 91);
      Content deleted = stored(running, "deleted", 92);
      begin(running.through(2));
      Movements before = Movements.settled(cluster);
      assertThat(before.shards()).isNotEmpty();
      // What a return might set off would be seen in the next outage, or after the last.
      for (Server server : List.of(cluster.rabbitmq(), cluster.mongodb(), cluster.redis())) {
        server.suspend();
        before.assertNothingMovesFor(cluster, outage);
        server.resume();
      }
      List.of(cluster.rabbitmq(), cluster.redis(), cluster.mongodb()).forEach(Server::kill);
      before.assertNothingMovesFor(cluster, outage);
      cluster.heal();
      before.assertNothingMovesFor(cluster, AFTER);
      assertADeletionIsSeen(running, deleted);
      assertLossesAreSeen(cluster);
      assertThat(running.through(2).download(kept.hash()).is(kept)).isTrue();
    }
  }

  private static Content stored(Running running, String name, long seed) {
    Content file = Content.random(name, 2 * MIB, seed);
    assertThat(running.through(1).single(file)).matches(Answer::ok);
    return file;
  }

  /** A chunk of an upload that goes on for longer than the outages. */
  private static void begin(MasClient client) {
    Content unfinished = Content.random("unfinished", 2 * MIB, 93);
    String token = client.uploadToken(unfinished.hash());
    assertThat(client.init(token, unfinished.name())).matches(Answer::ok);
    assertThat(client.chunk(token, 1, ChunkedUpload.chunk(unfinished, MIB, 1))).matches(Answer::ok);
  }

  private static void assertADeletionIsSeen(Running running, Content file) {
    Movements before = Movements.of(running.cluster());
    assertThat(running.through(1).delete(file.hash())).matches(Answer::ok);
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              Movements now = Movements.of(running.cluster());
              assertThat(now.sum(Movements.DELETES)).isGreaterThan(before.sum(Movements.DELETES));
              assertThat(before.shards()).containsAll(now.shards());
              assertThat(now.shards()).hasSizeLessThanOrEqualTo(before.shards().size() - 6);
            });
  }

  private static void assertLossesAreSeen(DevCluster cluster) {
    Movements before = Movements.of(cluster);
    Scratch.empty(cluster.nodeData(5));
    awaitStandings(cluster, 1, 6); // the one that was, and the new one in its place
    awaitRepairs(cluster, before);
    URI worker = cluster.worker().management();
    double whole = Metrics.value(worker, "mas_repair_extents_total");
    cluster.node(6).kill();
    awaitStandings(cluster, 2, 5);
    await().atMost(PATIENCE).until(() -> Metrics.value(worker, "mas_repair_extents_total") > whole);
  }

  private static void awaitRepairs(DevCluster cluster, Movements before) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              Movements now = Movements.of(cluster);
              assertThat(now.lost()).isEqualTo(1);
              assertThat(now.sum(Movements.REPAIRS)).isGreaterThan(before.sum(Movements.REPAIRS));
              assertThat(now.shards()).isNotEqualTo(before.shards());
            });
  }

  private static void awaitStandings(DevCluster cluster, long lost, long up) {
    URI worker = cluster.worker().management();
    await()
        .atMost(PATIENCE)
        .until(() -> Health.count(worker, "LOST") == lost && Health.count(worker, "UP") == up);
  }
}

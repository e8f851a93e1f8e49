package io.mas.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.mas.dev.cluster.DevCluster;
import io.mas.dev.server.Server;
import io.mas.standalone.MasClient.Answer;
import io.mas.standalone.SharedCluster.Running;
import java.io.UncheckedIOException;
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
  private static final Duration AFTER = Duration.ofSeconds(6);

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
          "mas.object.prepared-grace", "10s");

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
    long start = System.nanoTime();
    try (Running running = Running.start(settings())) {
      DevCluster cluster = running.cluster();
      Duration started = Tried.since(start);
      Content kept = stored(running, "kept", 91);
      Content deleted = stored(running, "deleted", 92);
      begin(running.through(2));
      Movements before = Movements.settled(cluster);
      assertThat(before.shards()).isNotEmpty();
      long begin = System.nanoTime();
      outages(cluster, () -> before.assertNothingMovesFor(cluster, outage));
      long end = System.nanoTime();
      before.assertNothingMovesFor(cluster, AFTER);
      assertADeletionIsSeen(running, deleted);
      assertLossesAreSeen(cluster);
      assertThat(running.through(2).download(kept.hash()).is(kept)).isTrue();
      System.out.printf(
          "four outages of %d s: started in %s, ready after %s, outages and returns %s, controls %s%n",
          outage.toSeconds(),
          Tried.seconds(started),
          Tried.seconds(Duration.ofNanos(begin - start)),
          Tried.seconds(Duration.ofNanos(end - begin)),
          Tried.seconds(Tried.since(end)));
    }
  }

  /**
   * One after the other, then all. RabbitMQ hangs, the others are killed; together they hang, which
   * they return from at once. What a return sets off is seen in the next outage, or after the last.
   */
  private static void outages(DevCluster cluster, Runnable look) {
    cluster.rabbitmq().suspend();
    look.run();
    cluster.rabbitmq().resume();
    for (Server server : List.of(cluster.mongodb(), cluster.redis())) {
      server.kill();
      look.run();
      server.start();
    }
    List<Server> all = List.of(cluster.rabbitmq(), cluster.redis(), cluster.mongodb());
    all.forEach(Server::suspend);
    look.run();
    all.forEach(Server::resume);
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
        .ignoreException(UncheckedIOException.class) // a file went while its folder was listed
        .untilAsserted(
            () -> {
              Movements now = Movements.of(running.cluster());
              now.assertRisen(Movements.DELETES, before);
              now.assertNotRisen(Movements.REPAIRS, before);
              assertThat(before.shards()).containsAll(now.shards());
              assertThat(now.shards()).hasSizeLessThanOrEqualTo(before.shards().size() - 6);
            });
  }

  /** A volume that is emptied is lost at once, a node that is killed when it has been silent. */
  private static void assertLossesAreSeen(DevCluster cluster) {
    Movements before = Movements.of(cluster);
    assertThat(before.lost()).isZero();
    Scratch.empty(cluster.nodeData(5));
    cluster.node(6).kill();
    awaitStandings(cluster, 2, 5); // a new one is in the place of the one that was emptied
    await()
        .atMost(PATIENCE)
        .ignoreException(UncheckedIOException.class) // a file went while its folder was listed
        .untilAsserted(
            () -> {
              Movements now = Movements.of(cluster);
              assertThat(now.lost()).isEqualTo(2);
              now.assertRisen(Movements.REPAIRS, before);
              assertThat(Shards.of(cluster.nodeData(5))).isNotEmpty();
            });
  }

  private static void awaitStandings(DevCluster cluster, long lost, long up) {
    URI worker = cluster.worker().management();
    await()
        .atMost(PATIENCE)
        .until(() -> Health.count(worker, "LOST") == lost && Health.count(worker, "UP") == up);
  }
}

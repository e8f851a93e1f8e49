package io.mas.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.mas.dev.cluster.DevCluster;
import io.mas.standalone.MasClient.Answer;
import io.mas.standalone.SharedCluster.Running;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.core.ConditionFactory;

/**
 * What tests of outages do through both gateways of a cluster, with requests that must end in time.
 */
final class BothGateways implements AutoCloseable {
  /** No request takes so long, whatever is down and however busy the machine is. */
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  /** Longer than the graces of garbage in these tests ({@link Scratch#QUICK_GARBAGE}) together. */
  private static final Duration QUIET = Duration.ofSeconds(3);

  /** For what nobody has set a time for. */
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  /** More than full copies are made of, so that it has a shard on each of six nodes. */
  private static final int LENGTH = 100_000;

  /** Files of one test are not those of another. */
  private static final AtomicLong SEEDS = new AtomicLong(5_000_000);

  private final DevCluster cluster;
  private final List<MasClient> clients;

  BothGateways(Running running) {
    this.cluster = running.cluster();
    this.clients =
        cluster.gateways().stream()
            .map(gateway -> new MasClient(gateway.address(), cluster.systemToken(), DEADLINE))
            .toList();
  }

  List<MasClient> clients() {
    return clients;
  }

  /** A file that nobody has stored yet. */
  static Content fresh(int length) {
    long seed = SEEDS.incrementAndGet();
    return Content.random("outage %d".formatted(seed), length, seed);
  }

  /** Stores new files through each gateway: full copies, a shard on each node, several blocks. */
  List<Content> store() {
    List<Content> files = new ArrayList<>();
    for (MasClient client : clients) {
      for (int length : new int[] {9, LENGTH, (5 << 20) + 7}) {
        Content file = fresh(length);
        assertThat(client.single(file)).matches(Answer::ok);
        files.add(file);
      }
    }
    return files;
  }

  /** Stores a new file through one gateway, with a shard on each node if there are six. */
  static Content store(MasClient client) {
    Content file = fresh(LENGTH);
    assertThat(client.single(file)).matches(Answer::ok);
    return file;
  }

  void assertReadBack(Collection<Content> files) {
    for (MasClient client : clients) {
      assertThat(files)
          .allSatisfy(file -> assertThat(client.download(file.hash())).matches(d -> d.is(file)));
    }
  }

  /**
   * Waits until both gateways store new files and serve them.
   *
   * @param since from when the time is counted that is handed back
   */
  Duration awaitNormal(long since, Duration atMost) {
    awaiting(atMost)
        .ignoreExceptionsMatching(BothGateways::refused)
        .untilAsserted(() -> clients.forEach(BothGateways::storeAndRead));
    return Tried.since(since);
  }

  private static boolean refused(Throwable thrown) {
    return thrown instanceof UncheckedIOException || thrown instanceof IllegalStateException;
  }

  private static void storeAndRead(MasClient client) {
    Content file = store(client);
    assertThat(client.download(file.hash())).matches(download -> download.is(file));
  }

  /** Waits until a new file gets a shard on each of the volumes, whichever gateway takes it. */
  Duration awaitUsed(List<Path> volumes, long since) {
    for (MasClient client : clients) {
      awaiting(PATIENCE)
          .until(
              () -> {
                List<Integer> before = volumes.stream().map(BothGateways::count).toList();
                store(client);
                return IntStream.range(0, volumes.size())
                    .allMatch(i -> count(volumes.get(i)) > before.get(i));
              });
    }
    return Tried.since(since);
  }

  private static int count(Path volume) {
    return Shards.of(volume).size();
  }

  /** Waits until new files get a shard on each node that the cluster has by itself. */
  void awaitWhole() {
    awaitUsed(volumes().toList(), System.nanoTime());
  }

  private Stream<Path> volumes() {
    return IntStream.rangeClosed(1, cluster.nodes().size()).mapToObj(cluster::nodeData);
  }

  /** Waits until both gateways say so of the live nodes, which are told by their addresses. */
  Duration awaitNodes(Predicate<List<String>> told, long since) {
    awaiting(PATIENCE).until(() -> clients.stream().allMatch(client -> told.test(client.signal())));
    return Tried.since(since);
  }

  private static ConditionFactory awaiting(Duration atMost) {
    return await()
        .atMost(atMost)
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(50))
        .pollInSameThread();
  }

  /** Every shard of every file, on the nodes that the cluster has by itself. */
  List<Path> shards() {
    return volumes().flatMap(volume -> Shards.of(volume).stream()).toList();
  }

  /** The same, when all garbage has gone: none has come or gone for longer than its graces. */
  List<Path> settledShards() {
    AtomicReference<List<Path>> seen = new AtomicReference<>(shards());
    await()
        .atMost(PATIENCE)
        .pollDelay(QUIET)
        .pollInterval(QUIET)
        .until(
            () -> {
              List<Path> now = shards();
              return now.equals(seen.getAndSet(now));
            });
    return seen.get();
  }

  @Override
  public void close() {
    clients.forEach(MasClient::close);
  }
}

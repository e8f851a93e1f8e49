package io.mas.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.mas.dev.cluster.ClusterProcess;
import io.mas.dev.cluster.DevCluster;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What a cluster has done to its shards until now: what its processes count of repairs, deletes,
 * marks and shards asked for, written and removed; and the shards on the disks.
 *
 * @param counted by process, name and tags; without what is zero
 * @param lost how many nodes are lost, as gateways and worker say; the most
 * @param shards the files of all nodes
 */
record Movements(Map<String, Double> counted, long lost, Set<Path> shards) {
  /** A delete, and what decides on one. */
  static final Pattern DELETES =
      Pattern.compile(
          "mas_shards_requests_seconds_count\\{.*operation=\"delete\".*"
              + "|mas_parts_collected.*|mas_garbage_deleted.*");

  /** A repair, from the mark that leads to it to the shards that it reads and writes. */
  static final Pattern REPAIRS =
      Pattern.compile(
          "mas_shards_requests_seconds_count\\{.*operation=\"(get|put)\".*"
              + "|mas_repair_(extents|written|failures).*|mas_shards_missing.*|mas_node_puts.*");

  /** What came of repairs. */
  static final Pattern REPAIRED = Pattern.compile("mas_repair_(extents|written).*");

  /** Between two looks: a look asks each process. */
  private static final Duration PAUSE = Duration.ofSeconds(1);

  /** For a look and for what begins with a delay, on a busy machine. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Until now, by all processes that run; gateways and worker must. */
  static Movements of(DevCluster cluster) {
    Map<String, Double> counted = new TreeMap<>();
    cluster
        .processes()
        .filter(ClusterProcess::alive)
        .forEach(process -> counted.putAll(counted(process)));
    return new Movements(counted, lost(cluster), shards(cluster));
  }

  private static Map<String, Double> counted(ClusterProcess process) {
    return Metrics.all(process.management()).entrySet().stream()
        .filter(
            one -> one.getValue() > 0 && (is(DELETES, one.getKey()) || is(REPAIRS, one.getKey())))
        .collect(Collectors.toMap(one -> process + " " + one.getKey(), Map.Entry::getValue));
  }

  private static boolean is(Pattern pattern, String name) {
    return pattern.matcher(name).matches();
  }

  private static long lost(DevCluster cluster) {
    return Stream.concat(cluster.gateways().stream(), Stream.of(cluster.worker()))
        .mapToLong(process -> Health.count(process.management(), "LOST"))
        .max()
        .orElseThrow();
  }

  private static Set<Path> shards(DevCluster cluster) {
    return IntStream.rangeClosed(1, cluster.nodes().size())
        .mapToObj(cluster::nodeData)
        .flatMap(volume -> Shards.of(volume).stream())
        .collect(HashSet::new, Set::add, Set::addAll);
  }

  /** The same, once nothing moves any more of what went before. */
  static Movements settled(DevCluster cluster) {
    Movements before = of(cluster);
    for (Movements now = after(PAUSE.multipliedBy(2), cluster); !now.equals(before); ) {
      before = now;
      now = after(PAUSE.multipliedBy(2), cluster);
    }
    return before;
  }

  private static Movements after(Duration pause, DevCluster cluster) {
    return await().pollDelay(pause).atMost(PATIENCE).until(() -> of(cluster), now -> true);
  }

  /** Asserts, all that time long, that nothing is done, and that no node is lost. */
  void assertNothingMovesFor(DevCluster cluster, Duration time) {
    long end = System.nanoTime() + time.toNanos();
    await()
        .pollInterval(PAUSE)
        .atMost(time.plus(PATIENCE))
        .until(
            () -> {
              assertThat(of(cluster)).isEqualTo(this);
              return System.nanoTime() - end > 0;
            });
  }

  /** The sum of what all processes count of this. */
  double sum(Pattern pattern) {
    return counted.entrySet().stream()
        .filter(one -> is(pattern, one.getKey().substring(one.getKey().indexOf(" mas_") + 1)))
        .mapToDouble(Map.Entry::getValue)
        .sum();
  }
}

package io.mas.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.mas.dev.cluster.ClusterProcess;
import io.mas.dev.cluster.DevCluster;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
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
  /** What deletes count. */
  static final List<String> DELETES = List.of("operation=\"delete\"", "mas_parts_collected");

  /** What repairs count. */
  static final List<String> REPAIRS =
      List.of("operation=\"get\"", "operation=\"put\"", "mas_repair_written", "mas_repair_extents");

  /** All that says that shards are deleted, moved, read or missed, or are to be. */
  private static final Pattern COUNTED =
      Pattern.compile(
          "mas_shards_requests_seconds_count\\{.*operation=\"(delete|get|put)\".*"
              + "|mas_(parts_collected|garbage_deleted|shards_missing|node_puts).*"
              + "|mas_repair_(extents|written|failures).*");

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
        .filter(one -> one.getValue() > 0 && COUNTED.matcher(one.getKey()).matches())
        .collect(Collectors.toMap(one -> process + " " + one.getKey(), Map.Entry::getValue));
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

  /** Asserts that each of these counters has risen since. */
  void assertRisen(List<String> names, Movements before) {
    assertThat(names)
        .allSatisfy(name -> assertThat(sum(name)).as(name).isGreaterThan(before.sum(name)));
  }

  /** Asserts that none of these counters has risen since. */
  void assertNotRisen(List<String> names, Movements before) {
    assertThat(names)
        .allSatisfy(name -> assertThat(sum(name)).as(name).isEqualTo(before.sum(name)));
  }

  /** Of all processes, whatever the other tags. */
  private double sum(String name) {
    return counted.entrySet().stream()
        .filter(one -> one.getKey().contains(name))
        .mapToDouble(Map.Entry::getValue)
        .sum();
  }
}

package io.mas.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.mas.dev.options.ClusterOptions;
import io.mas.standalone.MasClient.Download;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Shards that are deleted and damaged under reads are there again, soon, and right. */
@Timeout(300)
class RepairedShardsTest {
  private static final int KIB = 1 << 10;
  private static final int ROUNDS = 60;
  private static final int NODES = 6;
  private static final int DATA_SHARDS = 4;

  /** From the first evidence to full redundancy, as the repair measures it. */
  private static final String SUM = "mas_repair_time_seconds_sum";

  private static final String COUNT = "mas_repair_time_seconds_count";
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Path data = Scratch.directory("mas-repaired-");

  @AfterEach
  void clean() {
    Scratch.delete(data);
  }

  /** A file and its shards as they were stored. */
  private record Stored(Content content, Set<Path> shards) {}

  private Cluster start(Map<String, String> more) {
    Map<String, String> settings = new HashMap<>(Scratch.QUICK_GARBAGE);
    settings.putAll(more);
    return Cluster.start(ClusterOptions.in(data).withSettings(settings));
  }

  @Test
  void underReadsEveryDamagedShardIsWholeAgainWithinSeconds() throws Exception {
    long seed = Long.getLong("mas.seed", System.nanoTime());
    System.out.println("RepairedShardsTest seed " + seed);
    List<Stored> files = new ArrayList<>();
    List<Double> seconds = new ArrayList<>();
    try (Cluster cluster = start(Map.of());
        MasClient client = new MasClient(cluster.api(), cluster.systemToken())) {
      for (int i = 0; i < 12; i++) {
        int length = i % 3 == 0 ? 20 * KIB : i % 3 == 1 ? 300 * KIB : 5000 * KIB;
        files.add(store(client, Content.random("file " + i, length + i, seed + i)));
      }
      try (Readers _ = new Readers(client, files)) {
        damage(cluster, client, files, new Random(seed)).forEach(seconds::add);
      }
    }
    report(seconds);
    assertAnyTwoNodesMayBeGone(files);
  }

  private Stored store(MasClient client, Content file) {
    Set<Path> before = shards();
    assertThat(client.single(file).ok()).isTrue();
    Set<Path> made = shards();
    made.removeAll(before);
    return new Stored(file, made);
  }

  private Set<Path> shards() {
    Set<Path> all = new HashSet<>();
    for (int node = 1; node <= NODES; node++) {
      all.addAll(Shards.of(data.resolve("node-" + node)));
    }
    return all;
  }

  /** Damages shards one after the other; for each, how long from evidence to whole. */
  private List<Double> damage(
      Cluster cluster, MasClient client, List<Stored> files, Random random) {
    List<Double> seconds = new ArrayList<>();
    for (int round = 0; round < ROUNDS; round++) {
      Stored file = files.get(random.nextInt(files.size()));
      Damage damage = random.nextBoolean() ? Damage.DELETED : Damage.FLIPPED;
      double repairs = metric(cluster, COUNT);
      double before = metric(cluster, SUM);
      Path victim = victim(file, random);
      harm(victim, damage, random);
      assertThat(client.download(file.content.hash()).is(file.content)).isTrue();
      await()
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(10))
          .untilAsserted(
              () ->
                  assertThat(metric(cluster, COUNT))
                      .as("repairs after %s of %s", damage, victim)
                      .isGreaterThan(repairs));
      seconds.add(metric(cluster, SUM) - before);
    }
    return seconds;
  }

  private static void harm(Path shard, Damage damage, Random random) {
    try {
      damage.to(shard, random);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One of the shards that are read first, of those that have one copy. */
  private static Path victim(Stored file, Random random) {
    boolean copies = file.content.length() <= 64 * KIB;
    Map<String, List<Path>> columns =
        Shards.ofSameParts(file.shards)
            .filter(shard -> Shards.index(shard) < (copies ? 1 : DATA_SHARDS))
            .sorted()
            .collect(
                Collectors.groupingBy(shard -> Shards.extent(shard) + "-" + Shards.index(shard)));
    List<Path> single =
        columns.values().stream()
            .filter(column -> column.size() == 1)
            .map(List::getFirst)
            .sorted()
            .toList();
    return single.get(random.nextInt(single.size()));
  }

  private static double metric(Cluster cluster, String name) {
    return Metrics.value(cluster.management(), name);
  }

  private static void report(List<Double> seconds) {
    List<Double> sorted = seconds.stream().sorted().toList();
    double median = sorted.get(sorted.size() / 2);
    double worst = sorted.get((int) Math.ceil(sorted.size() * 0.99) - 1);
    System.out.printf(
        "RepairedShardsTest %d repairs, from evidence to whole: p50 %.3f s, p99 %.3f s%n",
        sorted.size(), median, worst);
    assertThat(worst).as("p99 in seconds").isLessThan(5);
  }

  /** With each pair of nodes emptied all others are needed; nothing is repaired meanwhile. */
  private void assertAnyTwoNodesMayBeGone(List<Stored> files) throws IOException {
    try (Cluster cluster = start(Map.of("mas.roles", "gateway"));
        MasClient client = new MasClient(cluster.api(), cluster.systemToken())) {
      for (int one = 1; one <= NODES; one++) {
        for (int other = one + 1; other <= NODES; other++) {
          Path first = data.resolve("node-" + one);
          Path second = data.resolve("node-" + other);
          Path aside = Files.createTempDirectory(data, "aside-");
          Files.move(first.resolve("shards"), aside.resolve("first"));
          Files.move(second.resolve("shards"), aside.resolve("second"));
          for (Stored file : files) {
            Download download = client.download(file.content.hash());
            assertThat(download.is(file.content))
                .as("%s without nodes %d and %d: %s", file.content, one, other, download)
                .isTrue();
          }
          Files.move(aside.resolve("first"), first.resolve("shards"));
          Files.move(aside.resolve("second"), second.resolve("shards"));
        }
      }
    }
  }

  /** Reads all files again and again. */
  private static final class Readers implements AutoCloseable {
    private final AtomicBoolean closed = new AtomicBoolean();
    private final List<Thread> threads = new ArrayList<>();
    private final Set<String> wrong = ConcurrentHashMap.newKeySet();

    Readers(MasClient client, List<Stored> files) {
      for (int i = 0; i < 2; i++) {
        threads.add(Thread.ofVirtual().start(() -> read(client, files)));
      }
    }

    private void read(MasClient client, List<Stored> files) {
      while (!closed.get()) {
        for (Stored file : files) {
          Download download = client.download(file.content.hash());
          if (!download.is(file.content)) {
            wrong.add(file.content + ": " + download);
          }
        }
      }
    }

    @Override
    public void close() {
      closed.set(true);
      await().atMost(PATIENCE).until(() -> threads.stream().noneMatch(Thread::isAlive));
      assertThat(wrong).isEmpty();
    }
  }
}

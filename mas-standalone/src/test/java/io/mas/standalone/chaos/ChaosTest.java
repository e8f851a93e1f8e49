package io.mas.standalone.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.mas.standalone.Damage;
import io.mas.standalone.Shards;
import io.mas.standalone.chaos.ChaosRun.Verdict;
import io.mas.standalone.chaos.Fault.Kind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * Whatever happens to at most m nodes, to a gateway, to a server and to the links between them, all
 * at once: no acknowledged file is lost, no wrong byte comes, no deleted file comes back, nothing
 * hangs; and the check would notice if it were otherwise.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ChaosTest {
  private static final int CLIENTS = Integer.getInteger("mas.chaos.clients", 12);

  /** At the least, on any machine: a process that was killed is harmed until it has started. */
  private static final int SECONDS_PER_FAULT = 10;

  /** Of a long run, after which all is read; that takes five minutes of 2 400 files. */
  private static final Duration ROUND = Duration.ofMinutes(25);

  /** After which a long run ends, though it has not seen all that it was to see, and is judged. */
  private static final Duration LONGEST = Duration.ofMinutes(150);

  private static ChaosCluster chaos;

  @BeforeAll
  static void start() {
    chaos = new ChaosCluster();
  }

  @AfterAll
  static void close() {
    chaos.close();
  }

  private static Duration seconds(long otherwise) {
    return Duration.ofSeconds(Long.getLong("mas.chaos.seconds", otherwise));
  }

  @Test
  @Order(1)
  void nothingIsLostInChaos() throws Exception {
    ChaosRun run = new ChaosRun(chaos, CLIENTS);
    Duration time = seconds(180);
    run.faults(time);
    assertGood(run);
    assertThat(run.nemesis().faults()).isGreaterThan(time.toSeconds() / SECONDS_PER_FAULT);
  }

  /** Two hours, the reading among them, and some more if the machine is slow. */
  @Tag("soak")
  @Test
  @Order(2)
  void nothingIsLostInAThousandKills() throws Exception {
    ChaosRun run = new ChaosRun(chaos, CLIENTS);
    long kills = Long.getLong("mas.kills", 1_000);
    long files = Long.getLong("mas.chaos.files", 20_000);
    Duration least = seconds(7_200);
    long start = System.nanoTime();
    Duration spent = Duration.ZERO;
    while (spent.compareTo(least) < 0
        || (spent.compareTo(LONGEST) < 0 && (kills(run) < kills || run.load().stored() < files))) {
      run.faults(shortest(ROUND, least, LONGEST.minus(spent)));
      assertGood(run);
      spent = Duration.ofNanos(System.nanoTime() - start);
      ChaosCluster.log(
          "after %d min: %d kills, %d uploads acknowledged"
              .formatted(spent.toMinutes(), kills(run), run.load().stored()));
    }
    assertThat(kills(run)).isGreaterThanOrEqualTo(kills);
    assertThat(run.load().stored()).isGreaterThanOrEqualTo(files);
  }

  private static Duration shortest(Duration... some) {
    return Collections.min(List.of(some));
  }

  private static long kills(ChaosRun run) {
    return run.nemesis().faults(Kind.KILL);
  }

  private static void assertGood(ChaosRun run) throws Exception {
    Verdict verdict = run.judge(ChaosRun.SETTLING);
    if (!verdict.broken().isEmpty()) {
      chaos.keep();
    }
    assertThat(verdict.broken()).as("mas.seed=%d", verdict.seed()).isEmpty();
    assertThat(verdict.census().stored()).isPositive();
    assertThat(chaos.links().unused()).isEmpty();
  }

  /** The control of the others, and the last: its files are lost. */
  @Test
  @Order(3)
  void aFileWithoutEnoughShardsIsReported() throws Exception {
    ChaosRun run = new ChaosRun(chaos, CLIENTS);
    run.peace(Duration.ofSeconds(10));
    Random random = new Random(run.seed());
    for (int node = 1; node <= ChaosCluster.SURVIVED + 1; node++) {
      List<Path> shards = Shards.of(chaos.cluster().nodeData(node));
      shards.forEach(shard -> DiskFaults.damage(shard, Damage.DELETED, random));
    }
    Verdict verdict = run.judge(Duration.ZERO);
    assertThat(verdict.broken()).anyMatch(line -> line.contains("503/5404"));
    assertThat(verdict.audit().missing()).isNotEmpty();
  }
}

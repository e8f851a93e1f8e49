package io.mas.standalone.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.mas.api.metadata.Concern;
import io.mas.api.metadata.ExtentDocument;
import io.mas.api.metadata.FileDocument;
import io.mas.api.metadata.GarbageDocument;
import io.mas.api.metadata.MetadataStore;
import io.mas.api.metadata.NodeDocument;
import io.mas.api.metadata.WriteOutcome;
import io.mas.common.object.ExtentId;
import io.mas.common.object.Layout;
import io.mas.common.object.ObjectHash;
import io.mas.common.object.PartId;
import io.mas.standalone.Content;
import io.mas.standalone.Damage;
import io.mas.standalone.Shards;
import io.mas.standalone.chaos.ChaosRun.Habits;
import io.mas.standalone.chaos.ChaosRun.Verdict;
import io.mas.standalone.chaos.Fault.Kind;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
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

  private static final Habits USUAL = new Habits(45, 50);

  /** Of a long run, which is to have many uploads, and reads all that stays after each round. */
  private static final Habits LONG = new Habits(70, 50);

  /** At the least, on any machine: a process that was killed is harmed until it has started. */
  private static final int SECONDS_PER_FAULT = 10;

  /** Of a long run, after which all is read; that takes five minutes of 2 400 files. */
  private static final Duration ROUND = Duration.ofMinutes(35);

  /** Of the files that are done with, so many stay for the next rounds. */
  private static final int STAY_PERCENT = 10;

  /** After which a long run ends, though it has not seen all that it was to see, and is judged. */
  private static final Duration LONGEST = Duration.ofMinutes(165);

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
    ChaosRun run = new ChaosRun(chaos, CLIENTS, USUAL);
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
    ChaosRun run = new ChaosRun(chaos, CLIENTS, LONG);
    long kills = Long.getLong("mas.kills", 1_000);
    int files = Integer.getInteger("mas.chaos.files", 20_000);
    Duration least = seconds(7_200);
    long start = System.nanoTime();
    Duration spent = Duration.ZERO;
    while (spent.compareTo(least) < 0
        || (spent.compareTo(LONGEST) < 0
            && (kills(run) < kills || run.load().storedFiles() < files))) {
      run.load().thin(chaos.clients(), STAY_PERCENT);
      run.faults(shortest(ROUND, least, LONGEST.minus(spent)));
      assertGood(run);
      spent = Duration.ofNanos(System.nanoTime() - start);
      ChaosCluster.log(
          "after %d min: %d kills, %d uploads of %d files acknowledged"
              .formatted(
                  spent.toMinutes(), kills(run), run.load().stored(), run.load().storedFiles()));
    }
    assertThat(kills(run)).isGreaterThanOrEqualTo(kills);
    assertThat(run.load().storedFiles()).isGreaterThanOrEqualTo(files);
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

  /** The control of what is to be gone: extents of which a collection stops half-way, and notes. */
  @Test
  @Order(3)
  void whatIsNotCollectedIsReported() throws Exception {
    Random random = new Random();
    PartId part = PartId.create(Instant.now(), random);
    ObjectHash hash = ObjectHash.of(new byte[32]);
    var note =
        new GarbageDocument(
            "of ChaosTest",
            System.currentTimeMillis() + TimeUnit.HOURS.toMillis(1),
            new GarbageDocument.Parts(hash, List.of(part)));
    Layout copies = Layout.of(1, ChaosCluster.SURVIVED, 64 << 10);
    try (var context = chaos.metadata()) {
      MetadataStore metadata = context.getBean(MetadataStore.class);
      List<ExtentDocument.Shard> shards =
          metadata.nodes().stream().limit(copies.width()).map(node -> shard(node, random)).toList();
      ExtentDocument seized = ExtentDocument.seized(new ExtentId(part, 0), hash, copies, shards);
      assertThat(metadata.insertExtent(seized)).isEqualTo(WriteOutcome.APPLIED);
      metadata.putGarbage(note);
      Audit audit = chaos.audit(Set.of(), Duration.ZERO);
      metadata.removeGarbage(note.id());
      assertThat(audit.garbage())
          .anyMatch(line -> line.startsWith("not collected") && line.contains("" + part))
          .anyMatch(line -> line.startsWith("noted") && line.contains(note.id()));
      assertThat(audit.broken()).containsAll(audit.garbage());
    }
  }

  /** The control of the spreading: an extent that waits for more nodes than there are. */
  @Test
  @Order(4)
  void whatIsNotSpreadIsReported() throws Exception {
    Content file = Content.random("not spread", 200_000, 1);
    assertThat(chaos.clients().getFirst().single(file).ok()).isTrue();
    try (var context = chaos.metadata()) {
      MetadataStore metadata = context.getBean(MetadataStore.class);
      FileDocument stored =
          metadata.file(new ObjectHash(file.hash()), Concern.LINEARIZABLE).orElseThrow();
      ExtentDocument extent =
          metadata.extents(stored.parts().getFirst().id(), 0, 1, Concern.LINEARIZABLE).getFirst();
      ExtentDocument narrow =
          extent.repaired(
              extent.shards(), Set.of(), true, extent.turn().waiting(10 * ChaosCluster.NODES));
      assertThat(metadata.compareAndSetExtent(narrow)).isEqualTo(WriteOutcome.APPLIED);
      Audit audit = chaos.audit(Set.of(), Duration.ZERO);
      assertThat(audit.missing()).contains("not spread again: " + extent.id());
    }
  }

  private static ExtentDocument.Shard shard(NodeDocument node, Random random) {
    String id = node.announcement().identity().nodeId();
    return new ExtentDocument.Shard(id, random.nextLong());
  }

  /** The control of the others, and the last: its files are lost. */
  @Test
  @Order(5)
  void aFileWithoutEnoughShardsIsReported() throws Exception {
    ChaosRun run = new ChaosRun(chaos, CLIENTS, USUAL);
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

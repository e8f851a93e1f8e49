package io.mas.api.repair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.mas.api.metadata.ExtentDocument;
import io.mas.api.metadata.ExtentDocument.Missing;
import io.mas.api.metadata.FileDocument;
import io.mas.api.metadata.MetadataStore;
import io.mas.api.metadata.WriteOutcome;
import io.mas.api.nodes.NodeException;
import io.mas.api.nodes.SimulatedNodes;
import io.mas.api.nodes.SimulatedNodes.Copy;
import io.mas.api.nodes.SimulatedNodes.Operation;
import io.mas.api.object.ObjectWorld;
import io.mas.common.cluster.InProcessDiscovery;
import io.mas.common.cluster.NodeDiscovery;
import io.mas.common.protocol.NodeError;
import io.mas.common.protocol.Priority;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every kind of harm to the shards of an extent, and what stands in the way of its repair. */
@Timeout(60)
class RepairTest {
  private static final int BLOCK = RepairWorld.BLOCK;

  private final RepairWorld world;

  RepairTest(@TempDir Path directory) {
    world = new RepairWorld(directory, ObjectWorld.Shape.USUAL);
  }

  @AfterEach
  void everythingIsGivenBack() {
    world.close();
  }

  private RepairWorker worker() {
    return world.worker(RepairRule.ALL);
  }

  /** What happens to the shards of an extent of several blocks; m of each block at the most. */
  enum Harm {
    BLOCK_LOST {
      @Override
      void to(RepairWorld world, ExtentDocument extent) {
        world.nodes.loseBlock(extent.id(), 1, 0);
        world.lacks(extent, new Missing(1, 0));
      }
    },
    BLOCK_DAMAGED {
      @Override
      void to(RepairWorld world, ExtentDocument extent) {
        int last = extent.blocks().size() - 1;
        world.nodes.damage(extent.id(), 2, last);
        world.lacks(extent, new Missing(2, last));
      }
    },
    BLOCKS_OF_ALL_COLUMNS {
      @Override
      void to(RepairWorld world, ExtentDocument extent) {
        for (int shard = 0; shard < extent.shards().size(); shard++) {
          int block = shard % extent.blocks().size();
          if (shard < extent.blocks().size() || extent.blocks().size() > 1) {
            world.nodes.damage(extent.id(), shard, block);
            world.lacks(extent, new Missing(shard, block));
          }
        }
      }
    },
    COLUMN {
      @Override
      void to(RepairWorld world, ExtentDocument extent) {
        world.loseColumn(extent, 0);
      }
    },
    TWO_COLUMNS {
      @Override
      void to(RepairWorld world, ExtentDocument extent) {
        world.loseColumn(extent, 1);
        world.loseColumn(extent, 2);
      }
    },
    COLUMN_AND_BLOCK {
      @Override
      void to(RepairWorld world, ExtentDocument extent) {
        world.loseColumn(extent, 2);
        world.nodes.damage(extent.id(), 0, 0);
        world.lacks(extent, new Missing(0, 0));
      }
    },
    COLUMN_AND_WHAT_NOBODY_KNOWS {
      @Override
      void to(RepairWorld world, ExtentDocument extent) {
        world.loseColumn(extent, 2);
        world.nodes.damage(extent.id(), 0, 0);
      }
    };

    abstract void to(RepairWorld world, ExtentDocument extent);
  }

  @ParameterizedTest
  @EnumSource(Harm.class)
  void everyShardIsThereAgainByteForByte(Harm harm) {
    byte[] large = ObjectWorld.random(harm.name().hashCode(), 17 * BLOCK + 17);
    byte[] packed = new byte[3 * BLOCK + 5];
    byte[] small = ObjectWorld.random(harm.name().hashCode(), 1000);
    FileDocument file = world.store(large, packed, small);
    world.extents(file).forEach(extent -> harm.to(world, extent));
    assertThat(world.extents(file)).noneMatch(extent -> world.wrong(extent).isEmpty());
    RepairWorker worker = worker();
    world.sweep(worker);
    world.sweep(worker);
    world.assertWhole(file);
    world.objects.settled();
    assertThat(world.count("mas.repair.extents")).isGreaterThanOrEqualTo(3);
    assertThat(world.count("mas.repair.failures")).isZero();
    assertThat(world.extents(file))
        .allMatch(extent -> extent.turn().equals(ExtentDocument.Turn.NONE));
  }

  @Test
  void nobodyWaitsForWhatIsRead() {
    FileDocument file = world.store(ObjectWorld.random(4, BLOCK));
    world.loseColumn(world.first(file), 0);
    world.sweep(worker());
    assertThat(world.nodes.priorities()).containsExactly(Priority.BACKGROUND);
    world.assertWhole(file);
  }

  @Test
  void whatNoFurtherLossMayHitIsReadAsIfSomebodyWaited() {
    FileDocument file = world.store(ObjectWorld.random(5, BLOCK));
    ExtentDocument extent = world.first(file);
    for (int shard = 0; shard < extent.layout().m(); shard++) {
      world.loseColumn(extent, shard);
    }
    world.sweep(worker());
    assertThat(world.nodes.priorities()).containsExactly(Priority.NORMAL);
    world.assertWhole(file);
  }

  /** A request has its price: for a rebuild each node is asked once for blocks in a row. */
  @Test
  void blocksThatFollowEachOtherAreReadWithOneRequest() {
    FileDocument file = world.store(ObjectWorld.random(3, 4 * BLOCK));
    ExtentDocument extent = world.first(file);
    assertThat(extent.blocks()).hasSize(4);
    world.loseColumn(extent, 0);
    AtomicInteger gets = new AtomicInteger();
    world.nodes.fail((operation, _, _) -> gets.addAndGet(operation == Operation.GET ? 1 : 0));
    world.sweep(worker());
    world.assertWhole(file);
    assertThat(gets).hasValue(extent.layout().k());
  }

  /** A bad block is put again where it is; only columns move, and then under a new attempt. */
  @Test
  void aBlockStaysAndAColumnMovesUnderANewAttempt() {
    FileDocument file = world.store(ObjectWorld.random(1, 4 * BLOCK));
    ExtentDocument before = world.first(file);
    world.nodes.damage(before.id(), 3, 1);
    world.lacks(before, new Missing(3, 1));
    world.loseColumn(before, 5);
    world.sweep(worker());
    ExtentDocument after = world.first(file);
    assertThat(after.shards().subList(0, 5)).isEqualTo(before.shards().subList(0, 5));
    assertThat(after.shards().get(5).attempt()).isNotEqualTo(before.shards().get(5).attempt());
    assertThat(after.shards().get(5).node())
        .as("among equals not on the node that lost it")
        .isNotEqualTo(before.shards().get(5).node());
    world.assertWhole(file);
  }

  @Test
  void theTimeFromEvidenceToFullRedundancyIsMeasured() {
    FileDocument file = world.store(ObjectWorld.random(2, BLOCK));
    world.loseColumn(world.first(file), 0);
    world.objects.time.addAndGet(2500);
    world.sweep(worker());
    assertThat(world.meters.get("mas.repair.time").timer().max(TimeUnit.MILLISECONDS))
        .isEqualTo(2500);
    assertThat(world.count("mas.repair.written")).isEqualTo(BLOCK / 4);
  }

  @Test
  void evidenceOfAReadCallsTheRepair() {
    byte[] content = ObjectWorld.random(3, 2 * BLOCK);
    FileDocument file = world.store(content);
    world.nodes.damage(world.first(file).id(), 0, 1);
    assertThat(world.objects.read(file.hash())).isEqualTo(content);
    await().until(() -> world.objects.wakes.get() == 1);
    assertThat(world.first(file).missing()).containsExactly(new Missing(0, 1));
    world.sweep(worker());
    world.assertWhole(file);
  }

  /** A node takes only blocks that follow each other in one request. */
  @Test
  void badBlocksWithGoodOnesBetweenThemStayWhereTheyAre() {
    FileDocument file = world.store(ObjectWorld.random(31, 7 * BLOCK));
    ExtentDocument extent = world.first(file);
    for (int block : new int[] {0, 1, 3, 6}) {
      world.nodes.damage(extent.id(), 2, block);
      world.lacks(extent, new Missing(2, block));
    }
    world.sweep(worker());
    world.assertWhole(file);
    assertThat(world.now(extent).shards()).isEqualTo(extent.shards());
  }

  /** A gateway that read the extent while it lacked a shard does not leave it aside for ever. */
  @Test
  void aRepairedShardIsReadAgain() {
    byte[] content = ObjectWorld.random(30, BLOCK);
    FileDocument file = world.store(content);
    ExtentDocument extent = world.first(file);
    for (int round = 0; round < 2; round++) {
      world.nodes.damage(extent.id(), 0, 0);
      await()
          .untilAsserted(
              () -> {
                assertThat(world.objects.read(file.hash())).isEqualTo(content);
                assertThat(world.now(extent).missing()).containsExactly(new Missing(0, 0));
              });
      world.objects.settled();
      world.sweep(worker());
      world.assertWhole(file);
      world.objects.time.addAndGet(2001); // as long as its document serves without another look
    }
  }

  @Test
  void withTooFewShardsNothingIsTouchedAndTheNextTryComesLaterEachTime() {
    FileDocument file = world.store(ObjectWorld.random(4, 2 * BLOCK));
    ExtentDocument extent = world.first(file);
    List<Copy> lost = List.of(copy(extent, 0), copy(extent, 1), copy(extent, 2));
    List<Copy> kept = lost.stream().map(one -> new Copy("elsewhere", one.key())).toList();
    for (int i = 0; i < 3; i++) {
      world.nodes.copy(lost.get(i), kept.get(i));
      world.loseColumn(extent, i);
    }
    Set<Copy> before = world.nodes.copies();
    RepairWorker worker = worker();
    long wait = 0;
    for (int tries = 1; tries < 10; tries++) {
      world.sweep(worker);
      ExtentDocument.Turn turn = world.now(extent).turn();
      assertThat(turn.tries()).isEqualTo(tries);
      long next = turn.next() - world.objects.time.get();
      assertThat(next)
          .isEqualTo(Math.min(60_000, 1000L << (tries - 1)))
          .isGreaterThanOrEqualTo(wait);
      wait = next;
      world.objects.time.set(turn.next());
    }
    assertThat(world.nodes.copies()).as("own attempts are gone, nothing else").isEqualTo(before);
    for (int i = 0; i < 3; i++) {
      world.nodes.copy(kept.get(i), lost.get(i));
      world.nodes.lose("elsewhere", kept.get(i).key());
    }
    world.sweep(worker);
    world.assertWhole(file);
  }

  /** One block that nobody can read does not keep the others from being mended. */
  @Test
  void anUnreadableBlockIsNoHindranceForTheOthers() {
    FileDocument file = world.store(ObjectWorld.random(5, 3 * BLOCK));
    ExtentDocument extent = world.first(file);
    for (int shard = 0; shard < 3; shard++) {
      world.nodes.damage(extent.id(), shard, 1);
      world.lacks(extent, new Missing(shard, 1));
    }
    world.nodes.damage(extent.id(), 0, 2);
    world.lacks(extent, new Missing(0, 2));
    world.sweep(worker());
    assertThat(world.now(extent).missing())
        .containsExactlyInAnyOrder(new Missing(0, 1), new Missing(1, 1), new Missing(2, 1));
    assertThat(world.now(extent).turn().next()).isGreaterThan(world.objects.time.get());
  }

  /** A lost node may return with it; after an hour the others get their redundancy without it. */
  @Test
  void columnsOfLostNodesMoveAtLastWithoutABlockThatNobodyCanRead() {
    FileDocument file = world.store(ObjectWorld.random(18, 3 * BLOCK));
    ExtentDocument extent = world.first(file);
    for (int shard = 0; shard < 2; shard++) {
      world.objects.loseForGood(extent.shards().get(shard).node());
      world.loseColumn(extent, shard);
    }
    world.nodes.damage(extent.id(), 2, 1);
    world.lacks(extent, new Missing(2, 1));
    RepairWorker worker = worker();
    world.repair(worker);
    assertThat(world.now(extent).shards()).as("for half an hour").isEqualTo(extent.shards());
    world.repair(worker);
    world.repair(worker);
    Missing[] unreadable = {new Missing(0, 1), new Missing(1, 1), new Missing(2, 1)};
    assertThat(world.now(extent).missing()).containsExactlyInAnyOrder(unreadable);
    assertThat(world.wrong(world.now(extent))).containsExactlyInAnyOrder(unreadable);
    assertThat(world.now(extent).shards().subList(2, 6)).isEqualTo(extent.shards().subList(2, 6));
  }

  /** However long the extent has waited for the repair of another. */
  @Test
  void aNodeHasItsHourToReturnFromWhenItWasLost() {
    FileDocument file = world.store(ObjectWorld.random(19, 3 * BLOCK));
    ExtentDocument extent = world.first(file);
    world.nodes.damage(extent.id(), 2, 1);
    world.lacks(extent, new Missing(2, 1));
    world.loseColumn(extent, 0);
    world.objects.loseForGood(extent.shards().getFirst().node());
    world.objects.time.addAndGet(Duration.ofHours(5).toMillis());
    String lost = extent.shards().get(1).node();
    world.objects.loseForGood(lost);
    world.lacks(extent, new Missing(1, Missing.ALL));
    world.nodes.fail(
        (operation, node, key) -> {
          if (node.equals(lost)) {
            throw SimulatedNodes.silence(node);
          }
        });
    world.repair(worker());
    assertThat(world.now(extent).shards().get(1)).isEqualTo(extent.shards().get(1));
    assertThat(world.now(extent).shards().getFirst()).isNotEqualTo(extent.shards().getFirst());
    world.objects.revive();
    world.objects.time.addAndGet(Duration.ofHours(2).toMillis());
    world.repair(worker());
    world.assertWhole(file);
  }

  /** Its own node serves, and does not have it: nobody will bring it back. */
  @Test
  void aColumnThatItsNodeHasNotMovesAtLastWithoutABlockThatNobodyCanRead() {
    FileDocument file = world.store(ObjectWorld.random(20, 3 * BLOCK));
    ExtentDocument extent = world.first(file);
    world.loseColumn(extent, 0);
    for (int shard = 1; shard < 3; shard++) {
      world.nodes.damage(extent.id(), shard, 1);
      world.lacks(extent, new Missing(shard, 1));
    }
    RepairWorker worker = worker();
    world.repair(worker);
    assertThat(world.now(extent).shards()).as("for half an hour").isEqualTo(extent.shards());
    world.repair(worker);
    world.repair(worker);
    Missing[] unreadable = {new Missing(0, 1), new Missing(1, 1), new Missing(2, 1)};
    assertThat(world.now(extent).missing()).containsExactlyInAnyOrder(unreadable);
    assertThat(world.wrong(world.now(extent))).containsExactlyInAnyOrder(unreadable);
  }

  /** The sixth has room, and at each turn all are asked anew. */
  @Test
  void moreNodesThatRefuseThanThereAreChangesInATurnDoNotKeepAColumnFromTheOthers() {
    FileDocument file = world.store(ObjectWorld.random(21, BLOCK));
    ExtentDocument extent = world.first(file);
    world.objects.announce(16, Set.of());
    world.loseColumn(extent, 0);
    Set<String> full = new HashSet<>();
    world.nodes.fail(
        (operation, node, key) -> {
          if (operation == Operation.PUT && (full.contains(node) || full.size() < 7)) {
            full.add(node);
            throw new NodeException(NodeError.FULL, "no room");
          }
        });
    world.sweep(worker());
    assertThat(full).hasSize(7);
    world.assertWhole(file);
  }

  @Test
  void nodesThatAllRefuseAreNotAskedAgainAtOnce() {
    FileDocument file = world.store(ObjectWorld.random(22, BLOCK));
    ExtentDocument extent = world.first(file);
    world.objects.announce(16, Set.of());
    world.loseColumn(extent, 0);
    world.nodes.fail(
        (operation, node, key) -> {
          if (operation == Operation.PUT) {
            throw new NodeException(NodeError.FULL, "no room");
          }
        });
    world.sweep(worker());
    assertThat(world.count("mas.repair.failures")).isEqualTo(1);
    assertThat(world.now(extent).turn().next())
        .isLessThan(world.objects.time.get() + RepairWorld.LEASE.toMillis());
  }

  @Test
  void aColumnMovesWhoseNodeDoesNotTakeItsBlock() {
    FileDocument file = world.store(ObjectWorld.random(6, 3 * BLOCK));
    ExtentDocument extent = world.first(file);
    String full = extent.shards().get(4).node();
    world.nodes.damage(extent.id(), 4, 0);
    world.lacks(extent, new Missing(4, 0));
    world.nodes.fail(
        (operation, node, key) -> {
          if (operation == Operation.PUT && node.equals(full)) {
            throw new NodeException(NodeError.FULL, "no room");
          }
        });
    world.sweep(worker());
    world.assertWhole(file);
    assertThat(world.now(extent).shards().get(4).node()).isNotEqualTo(full);
  }

  /** Silence is no evidence: a restart of the node must not move its columns. */
  @Test
  void aNodeThatIsSilentForAWhileKeepsItsColumn() {
    FileDocument file = world.store(ObjectWorld.random(7, 3 * BLOCK));
    ExtentDocument extent = world.first(file);
    String silent = extent.shards().get(4).node();
    world.nodes.damage(extent.id(), 4, 0);
    world.lacks(extent, new Missing(4, 0));
    silence(silent);
    RepairWorker worker = worker();
    for (int i = 0; i < 3; i++) {
      world.sweep(worker);
      world.objects.time.addAndGet(10_000);
    }
    assertThat(world.now(extent).shards()).isEqualTo(extent.shards());
    assertThat(world.now(extent).turn().tries()).isEqualTo(3);
    world.sweep(worker);
    world.assertWhole(file);
    assertThat(world.now(extent).shards().get(4).node()).as("in the end").isNotEqualTo(silent);
  }

  /** Nor is a refusal that passes, as of one that is in another life than was meant. */
  @Test
  void aNodeThatHasStartedAgainKeepsItsColumn() {
    FileDocument file = world.store(ObjectWorld.random(17, 3 * BLOCK));
    ExtentDocument extent = world.first(file);
    String restarted = extent.shards().get(4).node();
    world.nodes.damage(extent.id(), 4, 0);
    world.lacks(extent, new Missing(4, 0));
    world.nodes.fail(
        (operation, node, key) -> {
          if (operation == Operation.PUT && node.equals(restarted)) {
            throw new NodeException(NodeError.IDENTITY_MISMATCH, "another life");
          }
        });
    RepairWorker worker = worker();
    world.sweep(worker);
    assertThat(world.now(extent).turn().tries()).isEqualTo(1);
    world.nodes.heal();
    world.objects.time.addAndGet(10_000);
    world.sweep(worker);
    world.assertWhole(file);
    assertThat(world.now(extent).shards()).isEqualTo(extent.shards());
  }

  private void silence(String silent) {
    world.nodes.fail(
        (operation, node, key) -> {
          if (node.equals(silent)) {
            throw SimulatedNodes.silence(node);
          }
        });
  }

  @Test
  void aColumnGoesElsewhereIfItsNewNodeFails() {
    FileDocument file = world.store(ObjectWorld.random(8, 20 * BLOCK));
    ExtentDocument extent = world.first(file);
    world.loseColumn(extent, 1);
    Set<String> failing = new HashSet<>();
    AtomicInteger puts = new AtomicInteger();
    world.nodes.fail(
        (operation, node, key) -> {
          if (operation == Operation.PUT && puts.incrementAndGet() == 2) {
            failing.add(node);
          }
          if (operation == Operation.PUT && failing.contains(node)) {
            throw SimulatedNodes.silence(node);
          }
        });
    world.sweep(worker());
    world.assertWhole(file);
    assertThat(failing).hasSize(1);
    assertThat(world.unnamed(file)).as("what the first one has got is deleted").isEmpty();
  }

  /** What comes to light while the repair is under way stays in the list, or is repaired too. */
  @Test
  void evidenceDuringTheRepairIsNotLost() {
    FileDocument file = world.store(ObjectWorld.random(9, 2 * BLOCK));
    ExtentDocument extent = world.first(file);
    world.loseColumn(extent, 1);
    AtomicBoolean once = new AtomicBoolean();
    world.nodes.fail(
        (operation, node, key) -> {
          if (operation == Operation.PUT && once.compareAndSet(false, true)) {
            world.nodes.damage(extent.id(), 5, 1);
            world.lacks(extent, new Missing(5, 1));
          }
        });
    RepairWorker worker = world.worker(world.store, world.nodes, RepairRule.ALL, 1);
    world.sweep(worker);
    assertThat(once).isTrue();
    assertThat(world.unnamed(file)).isEmpty();
    world.sweep(worker);
    world.assertWhole(file);
  }

  /** Between writing and publishing the collection has deleted what nobody names. */
  @Test
  void whatWasWrittenBeforeAFenceIsNotPublished() {
    FileDocument file = world.store(ObjectWorld.random(21, BLOCK));
    ExtentDocument extent = world.first(file);
    world.loseColumn(extent, 1);
    AtomicBoolean once = new AtomicBoolean();
    world.nodes.failAfter(
        (operation, node, key) -> {
          if (operation == Operation.PUT && once.compareAndSet(false, true)) {
            world.nodes.lose(node, Objects.requireNonNull(key));
            assertThat(world.store.compareAndSetExtent(world.first(file).fenced()))
                .isEqualTo(WriteOutcome.APPLIED);
          }
        });
    RepairWorker worker = world.worker(world.store, world.nodes, RepairRule.ALL, 1);
    world.sweep(worker);
    assertThat(once).isTrue();
    assertThat(world.first(file).missing()).as("not published").isNotEmpty();
    world.objects.time.addAndGet(RepairWorld.LEASE.multipliedBy(2).toMillis());
    world.sweep(worker);
    world.assertWhole(file);
    assertThat(world.first(file).fence()).isEqualTo(1);
  }

  @Test
  void aMarkIsIgnoredAndKept() {
    FileDocument file = world.store(ObjectWorld.random(10, BLOCK));
    world.loseColumn(world.first(file), 3);
    assertThat(world.store.compareAndSetExtent(world.first(file).withMark()))
        .isEqualTo(WriteOutcome.APPLIED);
    world.sweep(worker());
    world.assertWhole(file);
    assertThat(world.first(file).marked()).isTrue();
  }

  /** The collector takes the extent away at each step of the repair: no copy stays behind. */
  @Test
  void whatIsCollectedMeanwhileLeavesNoAttempt() {
    for (int steps = 1; steps < 20; steps++) {
      FileDocument file = world.store(ObjectWorld.random(11 + steps, 2 * BLOCK));
      world.loseColumn(world.first(file), 0);
      int when = steps;
      AtomicInteger step = new AtomicInteger();
      MetadataStore raced =
          ObjectWorld.meddled(
              world.store,
              (method, arguments, original) -> {
                if (step.incrementAndGet() == when) {
                  collect(file);
                }
                return original.call();
              });
      world.sweep(world.worker(raced, world.nodes, RepairRule.ALL, 1));
      if (step.get() < when) {
        collect(file);
      }
      assertThat(world.nodes.copies()).as("collected at step %d", when).isEmpty();
      assertThat(world.extents(file)).isEmpty();
    }
  }

  private void collect(FileDocument file) {
    assertThat(world.objects.room.files().delete(file.hash()).size()).isEqualTo(file.size());
    world.objects.time.addAndGet(Duration.ofHours(25).toMillis());
    world.objects.room.sweep().sweep();
  }

  @Test
  void theRepairNeedsMemoryForOneBlockOnly(@TempDir Path second) {
    ObjectWorld.Shape tight =
        new ObjectWorld.Shape(9, 10L * BLOCK / 4 + 4096, Duration.ofSeconds(5));
    try (RepairWorld small = new RepairWorld(second, tight)) {
      FileDocument file = small.store(ObjectWorld.random(40, 20 * BLOCK));
      FileDocument other = small.store(ObjectWorld.random(41, 20 * BLOCK));
      small.loseColumn(small.first(file), 0);
      small.loseColumn(small.first(other), 1);
      small.sweep(small.worker(small.store, small.nodes, RepairRule.ALL, 4));
      small.assertWhole(file);
      small.assertWhole(other);
    }
  }

  /**
   * A close gives up what is under way and gives the turn back: the next worker goes on at once.
   */
  @Test
  void aClosedWorkerLeavesNothingBehind() {
    FileDocument file = world.store(ObjectWorld.random(42, 2 * BLOCK));
    ExtentDocument extent = world.first(file);
    world.loseColumn(extent, 0);
    AtomicBoolean reached = new AtomicBoolean();
    world.nodes.fail(
        (operation, node, key) -> {
          if (operation == Operation.PUT) {
            reached.set(true);
            SimulatedNodes.hang();
          }
        });
    RepairWorker worker = worker();
    worker.start(new InProcessDiscovery());
    await().untilTrue(reached);
    worker.close();
    world.nodes.heal();
    assertThat(world.unnamed(file)).isEmpty();
    assertThat(world.now(extent).turn().next()).isEqualTo(world.objects.time.get());
    world.sweep(worker());
    world.assertWhole(file);
  }

  /** A clock that is ahead by hours must not hide for as long what a gateway has found. */
  @Test
  void evidenceFromTheFutureIsLookedAtNow() {
    FileDocument file = world.store(ObjectWorld.random(43, BLOCK));
    long ahead = Duration.ofHours(6).toMillis();
    world.objects.time.addAndGet(ahead);
    world.loseColumn(world.first(file), 0);
    FileDocument worse = world.store(ObjectWorld.random(44, BLOCK));
    ExtentDocument hopeless = world.first(worse);
    for (int shard = 0; shard <= hopeless.layout().m(); shard++) {
      world.lacks(hopeless, new Missing(shard, Missing.ALL));
    }
    world.objects.time.addAndGet(-ahead);
    world.sweep(worker());
    world.assertWhole(file);
    assertThat(world.first(worse).lacking()).as("its nodes are back").isFalse();
  }

  @Test
  void aCallIsHeardLongBeforeTheNextSweep() {
    var discovery = new InProcessDiscovery();
    assertFindsTheWork(discovery, Duration.ofDays(1), discovery::wakeRepair);
  }

  @Test
  void withoutACallTheNextSweepFindsTheWork() {
    assertFindsTheWork(new InProcessDiscovery(), Duration.ofMillis(5), () -> {});
  }

  /** More than once, since the loop begins with a sweep. */
  private void assertFindsTheWork(NodeDiscovery discovery, Duration sweepEvery, Runnable call) {
    RepairProperties properties = RepairWorld.properties(1, sweepEvery);
    world.room(world.store, world.nodes, RepairRule.ALL, properties).worker().start(discovery);
    for (int i = 0; i < 3; i++) {
      FileDocument file = world.store(ObjectWorld.random(50 + i, BLOCK));
      world.loseColumn(world.first(file), 0);
      call.run();
      await().until(() -> !world.first(file).lacking());
      world.assertWhole(file);
    }
  }

  private static Copy copy(ExtentDocument extent, int shard) {
    return RepairWorld.copy(extent, shard);
  }
}

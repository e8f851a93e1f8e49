package io.mas.api.repair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.mas.api.metadata.ExtentDocument;
import io.mas.api.metadata.ExtentDocument.Missing;
import io.mas.api.metadata.FileDocument;
import io.mas.api.metadata.MetadataStore;
import io.mas.api.metadata.WriteOutcome;
import io.mas.api.nodes.SimulatedNodes;
import io.mas.api.nodes.SimulatedNodes.Operation;
import io.mas.api.object.ObjectWorld;
import io.mas.common.cluster.InProcessDiscovery;
import io.mas.common.cluster.NodeDiscovery;
import io.mas.common.protocol.Priority;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every kind of harm to the shards of an extent, and what stands in the way of its repair. */
class RepairTest extends UsualRepair {
  RepairTest(@TempDir Path directory) {
    super(directory);
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
        world.damage(extent, 2, last);
      }
    },
    BLOCKS_OF_ALL_COLUMNS {
      @Override
      void to(RepairWorld world, ExtentDocument extent) {
        for (int shard = 0; shard < extent.shards().size(); shard++) {
          int block = shard % extent.blocks().size();
          if (shard < extent.blocks().size() || extent.blocks().size() > 1) {
            world.damage(extent, shard, block);
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
        world.damage(extent, 0, 0);
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
    world.damage(before, 3, 1);
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
      world.damage(extent, 2, block);
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
            world.damage(extent, 5, 1);
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
}

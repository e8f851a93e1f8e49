package io.mas.api.repair;

import static org.assertj.core.api.Assertions.assertThat;

import io.mas.api.metadata.ExtentDocument;
import io.mas.api.metadata.ExtentDocument.Missing;
import io.mas.api.metadata.FileDocument;
import io.mas.api.nodes.SimulatedNodes.Copy;
import io.mas.api.object.ObjectWorld;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Blocks of which fewer than k shards are left, and what else their extents wait for. */
class UnreadableBlocksTest extends UsualRepair {
  UnreadableBlocksTest(@TempDir Path directory) {
    super(directory);
  }

  @Test
  void withTooFewShardsNothingIsTouchedAndTheNextTryComesLaterEachTime() {
    FileDocument file = world.store(ObjectWorld.random(4, 2 * BLOCK));
    ExtentDocument extent = world.first(file);
    List<Copy> lost =
        List.of(
            RepairWorld.copy(extent, 0), RepairWorld.copy(extent, 1), RepairWorld.copy(extent, 2));
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
      world.damage(extent, shard, 1);
    }
    world.damage(extent, 0, 2);
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
    world.damage(extent, 2, 1);
    movesAfterAnHourWithoutTheSecondBlock(extent);
    assertThat(world.now(extent).shards().subList(2, 6)).isEqualTo(extent.shards().subList(2, 6));
  }

  /** Of the first three columns the second block is lost for good. */
  private void movesAfterAnHourWithoutTheSecondBlock(ExtentDocument extent) {
    RepairWorker worker = worker();
    world.repair(worker);
    assertThat(world.now(extent).shards()).as("for half an hour").isEqualTo(extent.shards());
    world.repair(worker);
    world.repair(worker);
    Missing[] unreadable = {new Missing(0, 1), new Missing(1, 1), new Missing(2, 1)};
    assertThat(world.now(extent).missing()).containsExactlyInAnyOrder(unreadable);
    assertThat(world.wrong(world.now(extent))).containsExactlyInAnyOrder(unreadable);
  }

  /** However long the extent has waited for the repair of another. */
  @Test
  void aNodeHasItsHourToReturnFromWhenItWasLost() {
    FileDocument file = world.store(ObjectWorld.random(19, 3 * BLOCK));
    ExtentDocument extent = world.first(file);
    world.damage(extent, 2, 1);
    world.loseColumn(extent, 0);
    world.objects.loseForGood(extent.shards().getFirst().node());
    world.objects.time.addAndGet(Duration.ofHours(5).toMillis());
    String lost = extent.shards().get(1).node();
    world.objects.loseForGood(lost);
    world.lacks(extent, new Missing(1, Missing.ALL));
    world.silence(lost);
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
      world.damage(extent, shard, 1);
    }
    movesAfterAnHourWithoutTheSecondBlock(extent);
  }
}

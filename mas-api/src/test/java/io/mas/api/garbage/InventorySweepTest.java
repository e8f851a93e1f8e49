package io.mas.api.garbage;

import static org.assertj.core.api.Assertions.assertThat;

import io.mas.api.metadata.Concern;
import io.mas.api.metadata.ExtentDocument;
import io.mas.api.metadata.FileDocument;
import io.mas.api.metadata.MetadataStore;
import io.mas.api.metadata.RocksMetadataStore;
import io.mas.api.metadata.WriteOutcome;
import io.mas.api.nodes.NodeException;
import io.mas.api.nodes.SimulatedNodes;
import io.mas.api.nodes.SimulatedNodes.Operation;
import io.mas.api.object.ObjectWorld;
import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import io.mas.common.object.PartId;
import io.mas.common.protocol.CommitRecord;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the sweep of the inventories deletes, and what it leaves alone. */
@Timeout(60)
class InventorySweepTest {
  private static final int BLOCK = ObjectWorld.BLOCK;

  private final MetadataStore store;
  private GarbageWorld world;
  private boolean unreachable;
  private int linearizableReads;

  InventorySweepTest(@TempDir Path directory) {
    store = RocksMetadataStore.open(directory.resolve("metadata"));
    world = new GarbageWorld(store, GarbageRule.ALL);
  }

  @AfterEach
  void everythingIsGivenBack() {
    world.close();
    store.close();
  }

  /** A new world on the same metadata. */
  private void with(GarbageProperties properties, BreakerProperties limits) {
    world.close();
    world =
        new GarbageWorld(
            ObjectWorld.meddled(
                store,
                (method, arguments, original) -> {
                  if (unreachable) {
                    throw new MasException(ErrorCode.METADATA_UNREACHABLE, "planted");
                  }
                  if (method.equals("file") && arguments[1] == Concern.LINEARIZABLE) {
                    linearizableReads++;
                  }
                  return original.call();
                }),
            new SimulatedNodes(),
            properties,
            limits,
            GarbageRule.ALL);
  }

  @Test
  void whatAWriterLeftThatDiedBeforeItsDocumentGoesAfterTheGraceAndNotBefore() {
    FileDocument file = world.objects.store(ObjectWorld.random(1, 3 * BLOCK));
    PartId left = world.writerDiedBeforeItsDocument(ObjectWorld.random(2, 5 * BLOCK));
    PartId small = world.writerDiedBeforeItsDocument(new byte[10]);
    world.later(Duration.ofHours(23));
    assertThat(world.objects.nodes.parts()).contains(left, small);
    world.later(Duration.ofHours(2));
    assertThat(world.objects.nodes.parts()).containsExactly(file.parts().getFirst().id());
    assertThat(world.objects.extents(left)).as("nothing stays in its place").isEmpty();
    assertThat(world.objects.read(file.hash())).hasSize(3 * BLOCK);
    assertThat(world.room.sweep().status().last().deleted()).isEqualTo(6 + 3);
  }

  @Test
  void aPartWithDocumentsThatNobodyListedGoesAfterTheGraces() {
    PartId left = world.objects.write(ObjectWorld.random(3, 2 * BLOCK)).id();
    world.later(Duration.ofHours(25));
    assertThat(world.objects.nodes.parts()).as("somebody may read it").contains(left);
    world.later(Duration.ofHours(25));
    assertThat(world.objects.nodes.copies()).isEmpty();
    assertThat(world.objects.extents(left)).isEmpty();
    assertThat(store.dueGarbage(Long.MAX_VALUE, 10)).isEmpty();
  }

  /** Each is a write of its own to the oplog of MongoDB: millions of files would take days. */
  @Test
  void aLookReadsNoFileForItselfThatNamesItsParts() {
    with(GarbageWorld.properties(false), GarbageWorld.LIMITS);
    for (int i = 0; i < 150; i++) {
      FileDocument _ = world.objects.store(ObjectWorld.random(100 + i, 10));
    }
    world.later(Duration.ofHours(25));
    linearizableReads = 0;
    world.room.sweep().sweepOnce();
    assertThat(world.room.sweep().status().last().columns()).isGreaterThan(400);
    assertThat(linearizableReads).isZero();
  }

  @Test
  void theBytesOfADeletedFileAreLeftToTheirReadersForTheGrace() {
    FileDocument file = world.objects.store(ObjectWorld.random(4, 2 * BLOCK));
    world.pass(Duration.ofDays(100));
    assertThat(world.objects.room.files().delete(file.hash()).size()).isEqualTo(file.size());
    world.later(Duration.ofHours(23));
    assertThat(world.objects.nodes.parts()).hasSize(1);
    world.later(Duration.ofHours(2));
    assertThat(world.objects.nodes.parts()).isEmpty();
  }

  @Test
  void copiesThatAreNotPublishedGoAfterTheGraceSinceTheyWereFirstSeen() {
    FileDocument file = world.objects.store(ObjectWorld.random(5, 2 * BLOCK));
    PartId part = file.parts().getFirst().id();
    ExtentDocument extent = world.objects.extents(part).getFirst();
    SimulatedNodes.Copy loser = world.rebuilt(extent, 2, 77);
    world.later(Duration.ofDays(30));
    assertThat(world.objects.nodes.copies()).as("first seen now").contains(loser);
    world.later(Duration.ofMinutes(61));
    assertThat(world.objects.nodes.copies()).isEqualTo(world.objects.named(part));
    assertThat(world.objects.extents(part).getFirst()).isEqualTo(extent.fenced());
    assertThat(world.objects.read(file.hash())).hasSize(2 * BLOCK);
  }

  /** Its documents went with the part; the document of the deleted file names it for good. */
  @Test
  void aStrayCopyOfADeletedFileGoesAfterTheDocumentsOfItsPart() {
    FileDocument file = world.objects.store(ObjectWorld.random(30, 2 * BLOCK));
    ExtentDocument extent = world.objects.extents(file.parts().getFirst().id()).getFirst();
    SimulatedNodes.Copy stray = world.rebuilt(extent, 3, 66);
    assertThat(world.objects.room.files().delete(file.hash()).size()).isEqualTo(file.size());
    world.pass(Duration.ofHours(25));
    world.objects.room.sweep().sweep();
    assertThat(world.objects.nodes.copies()).containsExactly(stray);
    world.later(Duration.ofHours(1));
    assertThat(world.objects.nodes.copies()).isEmpty();
  }

  @Test
  void aNodeThatWasAwayForALongTimeLosesWhatHasMovedAndWhatWasDeleted() {
    FileDocument moved = world.objects.store(ObjectWorld.random(6, 2 * BLOCK));
    PartId part = moved.parts().getFirst().id();
    ExtentDocument extent = world.objects.extents(part).getFirst();
    String away = extent.shards().get(0).node();
    world.objects.nodes.fail(
        (operation, node, key) -> {
          if (node.equals(away)) {
            throw SimulatedNodes.silence(node);
          }
        });
    SimulatedNodes.Copy instead = world.rebuilt(extent, 0, 88);
    assertThat(store.compareAndSetExtent(GarbageWorld.publishing(extent, instead)))
        .isEqualTo(WriteOutcome.APPLIED);
    world.later(Duration.ofHours(25));
    world.later(Duration.ofHours(25));
    assertThat(world.objects.nodes.has(away, extent.key(0))).isTrue();
    world.objects.revive();
    world.sweep();
    world.later(Duration.ofHours(2));
    assertThat(world.objects.nodes.copies()).isEqualTo(world.objects.named(part));
    assertThat(world.objects.read(moved.hash())).hasSize(2 * BLOCK);
  }

  @Test
  void aColumnWhoseRecordsCannotBeReadIsLeftAlone() {
    PartId left = world.writerDiedBeforeItsDocument(new byte[10]);
    SimulatedNodes.Copy damaged = world.objects.nodes.copies().iterator().next();
    world.objects.nodes.damageOrigin(damaged);
    world.later(Duration.ofHours(25));
    assertThat(world.objects.nodes.copies()).containsExactly(damaged);
    assertThat(damaged.key().extent().part()).isEqualTo(left);
  }

  @Test
  void partsOfALiveFileWhoseDocumentsAreLostAreLeftAlone() {
    FileDocument file = world.objects.store(ObjectWorld.random(7, 2 * BLOCK));
    world.objects.nodes.loseRecords();
    ExtentDocument extent = world.objects.extents(file.parts().getFirst().id()).getFirst();
    assertThat(store.deleteExtent(extent.id(), 1)).isEqualTo(WriteOutcome.APPLIED);
    world.later(Duration.ofDays(30));
    world.later(Duration.ofDays(30));
    assertThat(world.objects.nodes.copies()).hasSize(6);
    assertThat(store.insertExtent(extent)).isEqualTo(WriteOutcome.APPLIED);
    assertThat(world.objects.read(file.hash())).hasSize(2 * BLOCK);
  }

  @Test
  void withoutAnswersOfTheMetadataNothingIsDeleted() {
    with(GarbageWorld.properties(false), GarbageWorld.LIMITS);
    PartId left = world.writerDiedBeforeItsDocument(new byte[10]);
    world.pass(Duration.ofDays(2));
    unreachable = true;
    world.sweep();
    assertThat(world.objects.nodes.parts()).containsExactly(left);
    unreachable = false;
    world.sweep();
    assertThat(world.objects.nodes.parts()).isEmpty();
  }

  @Test
  void aDryRunSaysWhatItWouldDeleteAndDeletesNothing() {
    with(GarbageWorld.properties(true), GarbageWorld.LIMITS);
    PartId left = world.writerDiedBeforeItsDocument(new byte[10]);
    FileDocument file = world.objects.store(ObjectWorld.random(8, BLOCK));
    assertThat(world.objects.room.files().delete(file.hash()).size()).isEqualTo(BLOCK);
    world.later(Duration.ofDays(2));
    assertThat(world.objects.nodes.parts())
        .containsExactlyInAnyOrder(left, file.parts().getFirst().id());
    assertThat(world.room.sweep().status().last().found()).isEqualTo(3);
    assertThat(world.room.sweep().status().last().deleted()).isZero();
  }

  @Test
  void theKillSwitchStopsEveryCollectionAndNothingElse() {
    GarbageProperties on = GarbageWorld.properties(false);
    with(
        new GarbageProperties(false, false, on.every(), on.grace(), on.attemptGrace(), on.pause()),
        GarbageWorld.LIMITS);
    PartId left = world.writerDiedBeforeItsDocument(new byte[10]);
    FileDocument file = world.objects.store(ObjectWorld.random(8, BLOCK));
    assertThat(world.objects.read(file.hash())).hasSize(BLOCK);
    assertThat(world.objects.room.files().delete(file.hash()).size()).isEqualTo(BLOCK);
    world.later(Duration.ofDays(3));
    assertThat(world.objects.nodes.parts())
        .containsExactlyInAnyOrder(left, file.parts().getFirst().id());
  }

  /** As {@code POST /api/admin/garbage/confirm} does. */
  private void confirm() {
    assertThat(store.compareAndSetSweep(store.sweep().orElseThrow().confirmed()))
        .isEqualTo(WriteOutcome.APPLIED);
  }

  @Test
  void theBreakerStopsEverythingUntilAnOperatorConfirms() {
    with(GarbageWorld.properties(false), new BreakerProperties(0.05, 2, 100_000));
    FileDocument deleted = world.objects.store(ObjectWorld.random(9, BLOCK));
    assertThat(world.objects.room.files().delete(deleted.hash()).size()).isEqualTo(BLOCK);
    for (int i = 0; i < 10; i++) {
      assertThat(world.writerDiedBeforeItsDocument(ObjectWorld.random(10 + i, BLOCK))).isNotNull();
    }
    world.later(Duration.ofDays(2));
    world.later(Duration.ofHours(2));
    assertThat(world.objects.nodes.parts()).as("also what users deleted").hasSize(11);
    assertThat(world.room.breaker().reason())
        .hasValueSatisfying(why -> assertThat(why).contains("node-"));
    assertThat(world.room.sweep().status().breaker().stopped()).isNotEmpty();
    confirm();
    world.sweep();
    assertThat(world.objects.nodes.parts()).isEmpty();
    assertThat(world.room.sweep().status().breaker().stopped()).isEmpty();
  }

  /** Else it would be the word of an operator on whatever comes weeks later. */
  @Test
  void aConfirmationIsUsedUpBySweepsThatFindNothingUnusual() throws Exception {
    with(GarbageWorld.properties(false), new BreakerProperties(0.05, 2, 100_000));
    SimulatedNodes nodes = world.objects.nodes;
    for (int i = 0; i < 10; i++) {
      assertThat(world.writerDiedBeforeItsDocument(ObjectWorld.random(10 + i, BLOCK))).isNotNull();
    }
    world.later(Duration.ofDays(2));
    assertThat(world.room.breaker().open()).isTrue();
    confirm();
    nodes.copies().forEach(copy -> nodes.lose(copy.node(), copy.key()));
    nodes.fail(
        (operation, node, key) -> {
          if (operation == Operation.LIST && (node.equals("node-1") || node.equals("node-2"))) {
            throw SimulatedNodes.silence(node);
          }
        });
    world.sweep();
    assertThat(store.sweep().orElseThrow().breaker().confirmed())
        .as("two nodes were not looked at, which may have it")
        .isTrue();
    nodes.heal();
    world.sweep();
    assertThat(store.sweep().orElseThrow().breaker().confirmed()).isFalse();
    for (int i = 0; i < 10; i++) {
      assertThat(world.writerDiedBeforeItsDocument(ObjectWorld.random(30 + i, BLOCK))).isNotNull();
    }
    world.later(Duration.ofDays(2));
    assertThat(world.room.breaker().open()).isTrue();
    assertThat(nodes.parts()).hasSize(10);
  }

  @Test
  void theBreakerCountsWhatIsDeletedWithinAnHour() {
    with(GarbageWorld.properties(false), new BreakerProperties(1, 1000, 10));
    List<Duration> pauses = List.of(Duration.ofDays(2), Duration.ofDays(2), Duration.ofHours(25));
    for (Duration pause : pauses) {
      assertThat(world.writerDiedBeforeItsDocument(new byte[10])).isNotNull();
      world.later(pause);
    }
    assertThat(world.objects.nodes.parts()).as("a few each time").isEmpty();
    for (int i = 0; i < 4; i++) {
      assertThat(world.writerDiedBeforeItsDocument(new byte[10])).isNotNull();
    }
    world.later(Duration.ofDays(2));
    assertThat(world.objects.nodes.parts()).as("12 columns at once").hasSize(4);
    assertThat(world.room.breaker().open()).isTrue();
  }

  /** What a record protects is found again by every sweep, and counts when it is deleted. */
  @Test
  void theBreakerDoesNotCountWhatIsNotDeleted() throws Exception {
    with(GarbageWorld.properties(false), new BreakerProperties(1, 1000, 10));
    byte[] content = new byte[10];
    assertThat(world.writerDiedBeforeItsDocument(content)).isNotNull();
    record(content, CommitRecord.State.COMMITTED);
    world.later(Duration.ofDays(2));
    for (int i = 0; i < 5; i++) {
      world.sweep();
    }
    assertThat(world.objects.nodes.parts()).as("3 columns, six times").isNotEmpty();
    assertThat(world.room.breaker().open()).isFalse();
    record(content, CommitRecord.State.DELETED);
    world.sweep();
    assertThat(world.objects.nodes.parts()).isEmpty();
  }

  /** A node has the record of a commit that the metadata do not know. */
  private void record(byte[] content, CommitRecord.State state) throws NodeException {
    world.objects.nodes.putCommitRecord(
        world.objects.outside.nodes().view().serving().getFirst(),
        new CommitRecord(
            CommitRecord.FORMAT, ObjectWorld.hash(content), 8, state, 10, "", 5, List.of()));
  }

  @Test
  void theSpaceReallyReturns() {
    FileDocument kept = world.objects.store(ObjectWorld.random(20, BLOCK));
    long before = world.objects.nodes.bytes();
    assertThat(world.writerDiedBeforeItsDocument(ObjectWorld.random(21, 9 * BLOCK))).isNotNull();
    assertThat(world.objects.nodes.bytes()).isGreaterThan(5 * before);
    world.later(Duration.ofHours(25));
    assertThat(world.objects.nodes.bytes()).isEqualTo(before);
    assertThat(store.file(kept.hash(), Concern.LINEARIZABLE)).contains(kept);
  }
}

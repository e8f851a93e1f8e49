package io.mas.api.garbage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.mas.api.metadata.Concern;
import io.mas.api.metadata.ExtentDocument;
import io.mas.api.metadata.FileDocument;
import io.mas.api.metadata.MetadataStore;
import io.mas.api.metadata.RocksMetadataStore;
import io.mas.api.metadata.UploadDocument;
import io.mas.api.metadata.WriteOutcome;
import io.mas.api.nodes.SimulatedNodes;
import io.mas.api.object.Committer;
import io.mas.api.object.ObjectWorld;
import io.mas.api.object.StoredPart;
import io.mas.common.error.MasException;
import io.mas.common.object.ObjectHash;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.util.FileSystemUtils;

/** What each rule is for: with it left out, something is lost that is not lost with it. */
@Timeout(60)
class GarbageRuleTest {
  private static final int BLOCK = ObjectWorld.BLOCK;
  private static final byte[] CONTENT = ObjectWorld.random(1, 2 * BLOCK);

  @TempDir Path directory;

  private MetadataStore open(String name) {
    return RocksMetadataStore.open(directory.resolve(name));
  }

  // AGE

  @Test
  void whatIsBeingWrittenIsLeftAlone() {
    assertThat(storedDespiteASweep(GarbageRule.ALL)).isTrue();
    assertThat(storedDespiteASweep(GarbageWorld.without(GarbageRule.AGE)))
        .as("without its rule the upload fails")
        .isFalse();
  }

  /** A sweep comes between the last byte of a part and its document. */
  private boolean storedDespiteASweep(Set<GarbageRule> rules) {
    GarbageWorld[] world = new GarbageWorld[1];
    AtomicBoolean swept = new AtomicBoolean();
    try (MetadataStore store = open("age-" + rules.size())) {
      MetadataStore meddled =
          ObjectWorld.meddled(
              store,
              (method, arguments, original) -> {
                if (method.equals("insertExtent") && swept.compareAndSet(false, true)) {
                  world[0].sweep();
                }
                return original.call();
              });
      try (GarbageWorld made = new GarbageWorld(meddled, rules)) {
        world[0] = made;
        FileDocument file = made.objects.store(CONTENT);
        assertThat(made.objects.read(file.hash())).isEqualTo(CONTENT);
        return true;
      } catch (MasException e) {
        return false;
      }
    }
  }

  // SEIZE

  @Test
  void aWriterThatWasTakenForDeadCannotPublishWhatIsDeleted() throws Exception {
    assertThat(everyCommittedCopyIsThere(GarbageRule.ALL)).isTrue();
    assertThat(everyCommittedCopyIsThere(GarbageWorld.without(GarbageRule.SEIZE)))
        .as("without its rule a live file names deleted shards")
        .isFalse();
  }

  /**
   * A chunk's writer sleeps for a day before it inserts its document, and wakes in the middle of
   * the sweep: its part is published and verified by a finish, deleted, and committed.
   */
  private boolean everyCommittedCopyIsThere(Set<GarbageRule> rules) throws Exception {
    CountDownLatch asleep = new CountDownLatch(1);
    CountDownLatch awake = new CountDownLatch(1);
    AtomicReference<@Nullable Runnable> afterFence = new AtomicReference<>();
    try (MetadataStore store = open("seize-" + rules.size())) {
      MetadataStore meddled =
          ObjectWorld.meddled(
              store,
              (method, arguments, original) -> {
                if (method.equals("insertExtent")
                    && Thread.currentThread().getName().equals("mas-extent-writer")) {
                  asleep.countDown();
                  awake.await();
                }
                Object outcome = original.call();
                Runnable next =
                    method.equals("compareAndSetFile") ? afterFence.getAndSet(null) : null;
                if (next != null) {
                  next.run();
                }
                return outcome;
              });
      try (GarbageWorld world = new GarbageWorld(meddled, rules)) {
        CompletableFuture<StoredPart> writer =
            CompletableFuture.supplyAsync(() -> world.objects.write(CONTENT));
        asleep.await();
        Committing late = new Committing(world, writer);
        afterFence.set(
            () -> {
              awake.countDown();
              late.verify();
            });
        world.later(Duration.ofHours(25));
        return late.commit();
      }
    }
  }

  /** A finish that comes late. */
  private static final class Committing {
    private final GarbageWorld world;
    private final CompletableFuture<StoredPart> writer;
    private long version = -1;

    Committing(GarbageWorld world, CompletableFuture<StoredPart> writer) {
      this.world = world;
      this.writer = writer;
    }

    /** Reads the version, then the part. */
    void verify() {
      Optional<StoredPart> part =
          writer.handle((stored, failure) -> Optional.ofNullable(stored)).join();
      if (part.isPresent()) {
        version = world.version(ObjectWorld.hash(CONTENT));
        assertThat(world.objects.room.parts().usable(part.get().rows())).hasSize(1);
      }
    }

    /** Whether all that a live file names is there, or there is none. */
    boolean commit() {
      if (version < 0) {
        assertThat(world.objects.nodes.copies()).isEmpty();
        return true;
      }
      StoredPart part = writer.join();
      FileDocument file =
          new FileDocument(
              ObjectWorld.hash(CONTENT),
              version + 1,
              FileDocument.State.LIVE,
              CONTENT.length,
              "name",
              world.objects.time.get(),
              part.rows());
      assertThat(world.objects.room.parts().committer().commit(file, part.nodes()))
          .isInstanceOf(Committer.Mine.class);
      Set<SimulatedNodes.Copy> named = world.objects.named(part.id());
      return named.size() == 6 && world.objects.nodes.copies().containsAll(named);
    }
  }

  // LISTED

  @Test
  void whatAChunkListsIsLeftAlone() {
    assertThat(chunkOutlivesSweeps(GarbageRule.ALL)).isTrue();
    assertThat(chunkOutlivesSweeps(GarbageWorld.without(GarbageRule.LISTED)))
        .as("without its rule the client has to send it again")
        .isFalse();
  }

  private boolean chunkOutlivesSweeps(Set<GarbageRule> rules) {
    try (MetadataStore store = open("listed-" + rules.size());
        GarbageWorld world = new GarbageWorld(store, rules)) {
      StoredPart part = world.objects.write(CONTENT);
      ObjectHash hash = ObjectWorld.hash(CONTENT);
      world.lists(hash, part, UploadDocument.State.OPEN);
      world.later(Duration.ofHours(25));
      world.later(Duration.ofHours(25));
      return world
          .objects
          .room
          .parts()
          .usable(List.of(new FileDocument.Part(part.length(), part.id())))
          .contains(part.id());
    }
  }

  // Records: OldBackupTest

  @Test
  void withoutTheRecordsOfAllNodesButOneNothingUnknownIsDeleted() {
    try (MetadataStore store = open("away");
        GarbageWorld world = new GarbageWorld(store, GarbageRule.ALL)) {
      assertThat(world.writerDiedBeforeItsDocument(CONTENT)).isNotNull();
      Set<String> away = new HashSet<>(Set.of("node-8", "node-9"));
      world.objects.nodes.fail(
          (operation, node, key) -> {
            if (away.contains(node)) {
              throw SimulatedNodes.silence(node);
            }
          });
      world.later(Duration.ofHours(25));
      assertThat(world.objects.nodes.copies()).hasSize(6);
      world.objects.revive();
      world.sweep();
      world.sweep();
      assertThat(world.objects.nodes.copies()).isEmpty();
    }
  }

  // RAISE

  @Test
  void aRepairThatPublishesLateDoesNotPublishWhatIsDeleted() {
    assertThat(everyPublishedCopyIsThere(GarbageRule.ALL)).isTrue();
    assertThat(everyPublishedCopyIsThere(GarbageWorld.without(GarbageRule.RAISE)))
        .as("without its rule a live extent names a deleted copy")
        .isFalse();
  }

  /** A repair has written its copy, and sleeps for hours before it publishes. */
  private boolean everyPublishedCopyIsThere(Set<GarbageRule> rules) {
    try (MetadataStore store = open("raise-" + rules.size());
        GarbageWorld world = new GarbageWorld(store, rules)) {
      FileDocument file = world.objects.store(CONTENT);
      ExtentDocument extent = world.objects.extents(file.parts().getFirst().id()).getFirst();
      SimulatedNodes.Copy copy = world.rebuilt(extent, 4, 99);
      world.sweep();
      world.later(Duration.ofHours(2));
      assertThat(world.objects.nodes.copies()).doesNotContain(copy);
      WriteOutcome late = store.compareAndSetExtent(GarbageWorld.publishing(extent, copy));
      assertThat(late)
          .isEqualTo(
              rules.contains(GarbageRule.RAISE) ? WriteOutcome.REFUSED : WriteOutcome.APPLIED);
      return world.objects.nodes.copies().containsAll(world.objects.named(extent.id().part()));
    }
  }

  // WHOLE

  @Test
  void anExtentThatLacksShardsKeepsEveryCopyThereIs() {
    assertThat(lastCopyIsLeft(GarbageRule.ALL, true)).isTrue();
    assertThat(lastCopyIsLeft(GarbageWorld.without(GarbageRule.WHOLE), true))
        .as("without its rule the last copy of a shard is deleted")
        .isFalse();
  }

  @Test
  void anExtentThatARepairHasTakenIsLeftAlone() {
    assertThat(lastCopyIsLeft(GarbageRule.ALL, false)).isTrue();
    assertThat(lastCopyIsLeft(GarbageWorld.without(GarbageRule.WHOLE), false))
        .as("without its rule the work of the repair is lost")
        .isFalse();
  }

  /** A cluster that stays as small as it is must not keep its garbage for ever. */
  @Test
  void anExtentThatWaitsForMoreNodesIsTakenByNobody() {
    ExtentDocument.Turn waiting = ExtentDocument.Turn.NONE.waiting(5);
    assertThat(lastCopyIsLeft("waiting", GarbageRule.ALL, unspread(waiting))).isFalse();
  }

  private boolean lastCopyIsLeft(Set<GarbageRule> rules, boolean missing) {
    return lastCopyIsLeft(
        "whole-" + rules.size() + missing,
        rules,
        (extent, now) ->
            missing
                ? extent.withMissing(
                    Set.of(new ExtentDocument.Missing(1, ExtentDocument.Missing.ALL)), now)
                : unspread(new ExtentDocument.Turn(now, now + Duration.ofDays(1).toMillis(), 1))
                    .apply(extent, now));
  }

  private static BiFunction<ExtentDocument, Long, ExtentDocument> unspread(
      ExtentDocument.Turn turn) {
    return (extent, _) -> extent.repaired(extent.shards(), Set.of(), true, turn);
  }

  private boolean lastCopyIsLeft(
      String name,
      Set<GarbageRule> rules,
      BiFunction<ExtentDocument, Long, ExtentDocument> change) {
    try (MetadataStore store = open(name);
        GarbageWorld world = new GarbageWorld(store, rules)) {
      FileDocument file = world.objects.store(CONTENT);
      ExtentDocument extent = world.objects.extents(file.parts().getFirst().id()).getFirst();
      SimulatedNodes.Copy copy = world.rebuilt(extent, 1, 55);
      long now = world.objects.time.get();
      ExtentDocument next = change.apply(extent, now);
      assertThat(store.compareAndSetExtent(next)).isEqualTo(WriteOutcome.APPLIED);
      world.sweep();
      world.later(Duration.ofHours(2));
      return world.objects.nodes.copies().contains(copy);
    }
  }

  // PUBLISHED

  @Test
  void metadataOfAnOldBackupCostNoShardThatHasMovedSince() throws IOException {
    assertThat(shardsLeftAfterMoves(GarbageRule.ALL)).isEqualTo(6);
    assertThat(shardsLeftAfterMoves(GarbageWorld.without(GarbageRule.PUBLISHED)))
        .as("without its rule the only copies are deleted, all of a live file")
        .isZero();
  }

  /** All shards of a file have moved since the backup, as they do when nodes are lost. */
  private int shardsLeftAfterMoves(Set<GarbageRule> rules) throws IOException {
    Path now = directory.resolve("published-" + rules.size());
    Path backup = directory.resolve("backup-" + rules.size());
    SimulatedNodes nodes = new SimulatedNodes();
    FileDocument file;
    try (MetadataStore store = RocksMetadataStore.open(now);
        GarbageWorld world = world(store, nodes, rules)) {
      file = world.objects.store(CONTENT);
      world.awaitRecords();
    }
    FileSystemUtils.copyRecursively(now, backup);
    try (MetadataStore store = RocksMetadataStore.open(now);
        GarbageWorld world = world(store, nodes, rules)) {
      ExtentDocument extent = world.objects.extents(file.parts().getFirst().id()).getFirst();
      assertThat(world.objects.moveAll(extent).version()).isEqualTo(2);
    }
    try (MetadataStore store = RocksMetadataStore.open(backup);
        GarbageWorld world = world(store, nodes, rules)) {
      world.sweep();
      world.later(Duration.ofHours(2));
      return nodes.copies().size();
    }
  }

  /** Nobody else may ever read that shard; and until it is rebuilt the copy stays. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void thatThePublishedCopyIsGoneOrDamagedIsEvidence(boolean gone) {
    try (MetadataStore store = open("evidence-" + gone);
        GarbageWorld world = new GarbageWorld(store, GarbageRule.ALL)) {
      FileDocument file = world.objects.store(CONTENT);
      ExtentDocument extent = world.objects.extents(file.parts().getFirst().id()).getFirst();
      SimulatedNodes.Copy copy = world.rebuilt(extent, 1, 55);
      if (gone) {
        world.objects.nodes.lose(extent.shards().get(1).node(), extent.key(1));
      } else {
        world.objects.nodes.damage(extent.id(), 1, 0);
      }
      world.sweep();
      world.later(Duration.ofHours(2));
      int block = gone ? ExtentDocument.Missing.ALL : 0;
      await()
          .untilAsserted(
              () ->
                  assertThat(
                          store.extent(extent.id(), Concern.LINEARIZABLE).orElseThrow().missing())
                      .containsExactly(new ExtentDocument.Missing(1, block)));
      assertThat(world.objects.nodes.copies()).contains(copy);
    }
  }

  private static GarbageWorld world(
      MetadataStore store, SimulatedNodes nodes, Set<GarbageRule> rules) {
    return new GarbageWorld(
        store, nodes, GarbageWorld.properties(false), GarbageWorld.LIMITS, rules);
  }
}

package io.mas.api.garbage;

import static org.assertj.core.api.Assertions.assertThat;

import io.mas.api.metadata.ExtentDocument;
import io.mas.api.metadata.FileDocument;
import io.mas.api.metadata.MetadataStore;
import io.mas.api.metadata.RocksMetadataStore;
import io.mas.api.metadata.SweepDocument;
import io.mas.api.metadata.WriteOutcome;
import io.mas.api.nodes.SimulatedNodes;
import io.mas.api.object.ObjectWorld;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.FileSystemUtils;

/** What processes know of each other's sweeps, and what outlives them. */
@Timeout(60)
class SweepStateTest {
  private static final int BLOCK = ObjectWorld.BLOCK;
  private static final Duration HOUR = Duration.ofHours(1);

  private final Path directory;
  private MetadataStore store;
  private final SimulatedNodes nodes = new SimulatedNodes();
  private GarbageWorld world;

  SweepStateTest(@TempDir Path directory) {
    this.directory = directory;
    this.store = RocksMetadataStore.open(directory.resolve("metadata"));
    this.world = world(GarbageWorld.LIMITS);
  }

  private GarbageWorld world(BreakerProperties limits) {
    return new GarbageWorld(store, nodes, GarbageWorld.properties(false), limits, GarbageRule.ALL);
  }

  @AfterEach
  void everythingIsGivenBack() {
    world.close();
    store.close();
  }

  /** Another process of this world. */
  private GarbageRoom another(BreakerProperties limits) {
    return world.objects.garbage(GarbageWorld.properties(false), limits, GarbageRule.ALL);
  }

  private GarbageRoom another() {
    return another(GarbageWorld.LIMITS);
  }

  // The first look

  @Test
  void nothingIsCollectedBeforeAllInventoriesWereLookedAt() {
    assertThat(world.room.sweep().mayCollect()).isFalse();
    world.room.sweep().sweepOnce();
    assertThat(world.room.sweep().mayCollect()).isTrue();
    assertThat(another().sweep().mayCollect()).as("started after that look").isFalse();
  }

  @Test
  void theLookOfAnotherProcessCountsIfItBeganAfterTheStart() {
    GarbageRoom later = another();
    assertThat(later.sweep().mayCollect()).isFalse();
    world.room.sweep().sweepOnce();
    assertThat(later.sweep().mayCollect()).isTrue();
  }

  @Test
  void aLookWithoutTwoOfTheNodesDoesNotCountAndOneWithoutOneDoes() {
    List<String> away = new ArrayList<>(List.of("node-3", "node-7"));
    world.objects.nodes.fail(
        (operation, node, key) -> {
          if (away.contains(node)) {
            throw SimulatedNodes.silence(node);
          }
        });
    world.room.sweep().sweepOnce();
    assertThat(world.room.sweep().mayCollect()).isFalse();
    away.remove("node-3");
    world.room.sweep().sweepOnce();
    assertThat(world.room.sweep().mayCollect()).isTrue();
  }

  @Test
  void metadataThatAreRestoredUnderARunningProcessAreLookedAtFirst() throws IOException {
    world.room.sweep().sweepOnce();
    SweepDocument old = store.sweep().orElseThrow();
    world.room.sweep().sweepOnce();
    assertThat(world.room.sweep().mayCollect()).isTrue();
    AtomicReference<SweepDocument> restored = new AtomicReference<>();
    MetadataStore meddled =
        ObjectWorld.meddled(
            store,
            (method, arguments, original) ->
                method.equals("sweep") && restored.get() != null
                    ? Optional.of(restored.get())
                    : original.call());
    try (GarbageWorld running =
        new GarbageWorld(
            meddled, nodes, GarbageWorld.properties(false), GarbageWorld.LIMITS, GarbageRule.ALL)) {
      running.room.sweep().sweepOnce();
      assertThat(running.room.sweep().mayCollect()).isTrue();
      restored.set(old);
      assertThat(running.room.sweep().mayCollect()).isFalse();
    }
  }

  // One at a time

  @Test
  void ofTwoProcessesOneSweeps() {
    GarbageRoom other = another();
    AtomicInteger asked = new AtomicInteger();
    AtomicInteger askedMeanwhile = new AtomicInteger();
    world.objects.nodes.fail(
        (operation, node, key) -> {
          if (operation == SimulatedNodes.Operation.LIST && asked.incrementAndGet() == 1) {
            other.sweep().sweepOnce();
            askedMeanwhile.set(asked.get());
          }
        });
    world.room.sweep().sweepOnce();
    assertThat(askedMeanwhile).as("it looks at nothing").hasValue(1);
    assertThat(asked).hasValueGreaterThanOrEqualTo(9);
    other.sweep().sweepOnce();
    assertThat(asked).as("when the first has ended it may").hasValueGreaterThanOrEqualTo(18);
  }

  @Test
  void theTurnOfAProcessThatDiedEnds() {
    SweepDocument.Turn dead = new SweepDocument.Turn("dead", world.objects.time.get() + 10_000);
    assertThat(store.compareAndSetSweep(SweepDocument.NONE.begin(dead, SweepDocument.Mode.ON)))
        .isEqualTo(WriteOutcome.APPLIED);
    world.room.sweep().sweepOnce();
    assertThat(store.sweep().orElseThrow().begun()).as("not its turn").isEqualTo(1);
    world.pass(Duration.ofSeconds(11));
    world.room.sweep().sweepOnce();
    assertThat(store.sweep().orElseThrow().begun()).isEqualTo(2);
    assertThat(world.room.sweep().mayCollect()).isTrue();
  }

  @Test
  void whoSweptLastComesFirst() {
    SweepState first = new SweepState(store, world.objects.clock);
    SweepState second = new SweepState(store, world.objects.clock);
    for (SweepState one : List.of(first, second)) {
      assertThat(one.read()).isEqualTo(SweepDocument.NONE);
      assertThat(one.due(HOUR)).as("nobody has looked").isTrue();
    }
    assertThat(first.begin(SweepDocument.Mode.ON)).isTrue();
    assertThat(second.begin(SweepDocument.Mode.ON)).isFalse();
    assertThat(second.due(HOUR)).isFalse();
    first.judged();
    first.end(new SweepDocument.Last(world.objects.time.get(), 0, 0, 0, 0, Set.of()));
    assertThat(second.read().judged()).isEqualTo(1);
    assertThat(second.due(HOUR)).as("it was looked").isFalse();
    world.pass(HOUR);
    assertThat(first.due(HOUR)).isTrue();
    assertThat(second.due(HOUR)).isFalse();
    world.pass(HOUR);
    assertThat(second.due(HOUR)).as("the first is late").isTrue();
  }

  // The breaker

  @Test
  void anOpenBreakerOutlivesTheProcessAndStopsTheOthers() {
    BreakerProperties narrow = new BreakerProperties(0.05, 2, 100_000);
    GarbageRoom room = another(narrow);
    for (int i = 0; i < 10; i++) {
      assertThat(world.writerDiedBeforeItsDocument(ObjectWorld.random(10 + i, BLOCK))).isNotNull();
    }
    world.pass(Duration.ofDays(2));
    room.sweep().sweepOnce();
    assertThat(room.breaker().open()).isTrue();
    GarbageRoom restarted = another();
    restarted.sweep().sweepOnce();
    assertThat(restarted.sweep().mayCollect()).isFalse();
    assertThat(restarted.breaker().reason()).isEqualTo(room.breaker().reason()).isNotEmpty();
    assertThat(nodes.parts()).hasSize(10);
    assertThat(store.compareAndSetSweep(store.sweep().orElseThrow().confirmed()))
        .isEqualTo(WriteOutcome.APPLIED);
    another(narrow).sweep().sweepOnce();
    assertThat(nodes.parts()).isEmpty();
  }

  @Test
  void whatWasDeletedInTheLastHourIsCountedOverRestarts() {
    BreakerProperties narrow = new BreakerProperties(1, 1000, 10);
    for (int restart = 0; restart < 3; restart++) {
      assertThat(world.writerDiedBeforeItsDocument(ObjectWorld.random(restart, 10))).isNotNull();
    }
    List<SimulatedNodes.Copy> all = List.copyOf(nodes.copies());
    assertThat(all).hasSize(9);
    world.pass(Duration.ofDays(2));
    another(narrow).sweep().sweepOnce();
    assertThat(nodes.copies()).as("9 are not too many").isEmpty();
    assertThat(world.writerDiedBeforeItsDocument(ObjectWorld.random(9, 10))).isNotNull();
    GarbageProperties hasty =
        new GarbageProperties(true, false, HOUR, Duration.ZERO, Duration.ZERO, Duration.ZERO);
    GarbageRoom restarted = world.objects.garbage(hasty, narrow, GarbageRule.ALL);
    world.pass(Duration.ofMinutes(1));
    restarted.sweep().sweepOnce();
    assertThat(restarted.breaker().reason())
        .hasValueSatisfying(why -> assertThat(why).contains("12 columns"));
    assertThat(nodes.copies()).hasSize(3);
  }

  @Test
  void aNodeThatReturnsWithMuchThatHasMovedStopsNothing() {
    List<FileDocument> files = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      FileDocument file = world.objects.store(ObjectWorld.random(40 + i, BLOCK));
      files.add(file);
      ExtentDocument extent = world.objects.extents(file.parts().getFirst().id()).getFirst();
      SimulatedNodes.Copy instead = world.rebuilt(extent, 0, 88);
      assertThat(store.compareAndSetExtent(GarbageWorld.publishing(extent, instead)))
          .isEqualTo(WriteOutcome.APPLIED);
    }
    assertThat(nodes.copies()).hasSize(8 * 7);
    GarbageRoom narrow = another(new BreakerProperties(0, 0, 1));
    narrow.sweep().sweepOnce();
    world.pass(Duration.ofHours(2));
    narrow.sweep().sweepOnce();
    assertThat(narrow.breaker().open()).isFalse();
    assertThat(nodes.copies()).hasSize(8 * 6);
    files.forEach(file -> assertThat(world.objects.read(file.hash())).hasSize(BLOCK));
  }

  @Test
  void aNodeThatReturnsWithMuchThatWasDeletedStopsNothing() {
    List<SimulatedNodes.Copy> kept = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      FileDocument file = world.objects.store(ObjectWorld.random(60 + i, BLOCK));
      ExtentDocument extent = world.objects.extents(file.parts().getFirst().id()).getFirst();
      kept.add(world.rebuilt(extent, 0, 88));
      assertThat(world.objects.room.files().delete(file.hash()).size()).isEqualTo(BLOCK);
    }
    world.pass(Duration.ofDays(2));
    world.objects.room.sweep().sweep();
    assertThat(nodes.copies()).containsExactlyInAnyOrderElementsOf(kept);
    GarbageRoom narrow = another(new BreakerProperties(0, 0, 100));
    narrow.sweep().sweepOnce();
    assertThat(narrow.breaker().open()).isFalse();
    assertThat(nodes.copies()).isEmpty();
    assertThat(world.writerDiedBeforeItsDocument(new byte[10])).isNotNull();
    world.pass(Duration.ofDays(2));
    narrow.sweep().sweepOnce();
    assertThat(narrow.breaker().open()).as("what nobody has deleted counts").isTrue();
  }

  /** Restored metadata know nothing of the counts; the look finds what it must all the same. */
  @Test
  void metadataOfAnOldBackupStopTheCollectionAgain() throws IOException {
    world.room.sweep().sweepOnce();
    world.close();
    store.close();
    FileSystemUtils.copyRecursively(directory.resolve("metadata"), directory.resolve("backup"));
    store = RocksMetadataStore.open(directory.resolve("metadata"));
    BreakerProperties narrow = new BreakerProperties(0.05, 2, 100_000);
    world = world(narrow);
    for (int i = 0; i < 5; i++) {
      assertThat(world.objects.store(ObjectWorld.random(i, BLOCK)).live()).isTrue();
    }
    long time = world.objects.time.get();
    world.close();
    store.close();
    store = RocksMetadataStore.open(directory.resolve("backup"));
    world = world(narrow);
    world.objects.time.set(time);
    assertThat(world.room.sweep().mayCollect()).isFalse();
    world.later(Duration.ofDays(2));
    assertThat(world.room.breaker().open()).isTrue();
    assertThat(nodes.copies()).hasSize(5 * 6);
  }
}

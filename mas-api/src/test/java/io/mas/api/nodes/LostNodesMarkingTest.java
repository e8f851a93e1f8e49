package io.mas.api.nodes;

import static org.assertj.core.api.Assertions.assertThat;

import io.mas.api.metadata.Concern;
import io.mas.api.metadata.ExtentDocument;
import io.mas.api.metadata.ExtentDocument.Missing;
import io.mas.api.metadata.ExtentDocument.Shard;
import io.mas.api.metadata.MetadataStore;
import io.mas.api.metadata.NodeDocument;
import io.mas.api.metadata.NodeDocument.Cause;
import io.mas.api.metadata.NodeDocument.Lost;
import io.mas.api.metadata.NodeDocument.Progress;
import io.mas.api.metadata.RocksMetadataStore;
import io.mas.api.metadata.WriteOutcome;
import io.mas.api.object.ObjectWorld;
import io.mas.common.cluster.NodeAnnouncement;
import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import io.mas.common.object.BlockEntry;
import io.mas.common.object.Compression;
import io.mas.common.object.ExtentId;
import io.mas.common.object.Layout;
import io.mas.common.object.ObjectHash;
import io.mas.common.object.PartId;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That all shards of a lost node are marked, whatever comes between. */
class LostNodesMarkingTest {
  private static final long NOW = 1_790_000_000_000L;
  private static final long SEED = 77;
  private static final List<String> NODES =
      IntStream.rangeClosed(1, 7).mapToObj(i -> "node-" + i).toList();

  private final Random random = new Random(SEED);
  private final AtomicLong nanos = new AtomicLong(9);
  private final AtomicInteger wakes = new AtomicInteger();
  private final AtomicInteger writes = new AtomicInteger();
  private final MetadataStore store;
  private final LostNodes lostNodes;
  private int writesUntilDown = Integer.MAX_VALUE;
  private Runnable beforeWrite = () -> {};

  LostNodesMarkingTest(@TempDir Path directory) {
    store = RocksMetadataStore.open(directory.resolve("metadata"));
    lostNodes = worker();
  }

  private LostNodes worker() {
    MetadataStore meddled =
        ObjectWorld.meddled(
            store,
            (method, _, original) -> {
              if (method.equals("compareAndSetExtent")) {
                if (writes.get() >= writesUntilDown) {
                  throw new MasException(ErrorCode.METADATA_UNREACHABLE, "down");
                }
                writes.incrementAndGet();
                beforeWrite.run();
              }
              return original.call();
            });
    return new LostNodes(
        meddled, new Clocks(() -> Instant.ofEpochMilli(NOW), nanos::get), wakes::incrementAndGet);
  }

  @BeforeEach
  void saveNodes() {
    for (NodeAnnouncement node : SimulatedNodes.announcements(store.clusterId(), 7)) {
      applied(store.compareAndSetNode(new NodeDocument(1, node)));
    }
  }

  @AfterEach
  void close() {
    lostNodes.close();
    store.close();
  }

  private static void applied(WriteOutcome outcome) {
    assertThat(outcome).isEqualTo(WriteOutcome.APPLIED);
  }

  private ExtentDocument extent(List<String> nodes) {
    byte[] hash = new byte[32];
    random.nextBytes(hash);
    ExtentDocument extent =
        new ExtentDocument(
            new ExtentId(PartId.create(Instant.ofEpochMilli(NOW), random), 0),
            ObjectHash.of(hash),
            0,
            Layout.of(4, 2, 1 << 20),
            1,
            nodes.stream().map(node -> new Shard(node, random.nextLong())).toList(),
            List.of(new BlockEntry(9, 9, Compression.RAW, 1)),
            Set.of(),
            false,
            false);
    applied(store.insertExtent(extent));
    return extent;
  }

  /** On nodes 1 to 6. */
  private List<ExtentDocument> extents(int count) {
    List<ExtentDocument> extents = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      extents.add(extent(NODES.subList(0, 6)));
    }
    return extents;
  }

  private void judge(int node) {
    NodeDocument saved = store.node("node-" + node).orElseThrow();
    applied(
        store.compareAndSetNode(saved.lost(new Lost(NOW, Cause.UNREACHABLE, Progress.MARKING))));
  }

  private Progress progress(int node) {
    return Optional.ofNullable(store.node("node-" + node).orElseThrow().lost())
        .orElseThrow()
        .progress();
  }

  private ExtentDocument saved(ExtentDocument extent) {
    return store.extent(extent.id(), Concern.LINEARIZABLE).orElseThrow();
  }

  private static Missing column(int shard) {
    return new Missing(shard, Missing.ALL);
  }

  private long marked(List<ExtentDocument> extents) {
    return extents.stream().filter(one -> saved(one).missing().contains(column(1))).count();
  }

  @Test
  void allShardsOfALostNodeAreMarkedAndTheRepairIsWoken() {
    List<ExtentDocument> here = extents(250);
    ExtentDocument elsewhere =
        extent(List.of("node-1", "node-3", "node-4", "node-5", "node-6", "node-7"));
    judge(2);
    lostNodes.look();
    assertThat(here).allSatisfy(one -> assertThat(saved(one).missing()).containsOnly(column(1)));
    assertThat(saved(elsewhere)).isEqualTo(elsewhere);
    assertThat(progress(2)).isEqualTo(Progress.MARKED);
    assertThat(wakes).as("after each page").hasValue(3);
    assertThat(store.extentsToRepair(NOW, 1000)).hasSize(250);
  }

  @Test
  void ofANodeThatIsNotLostNothingIsMarked() {
    List<ExtentDocument> here = extents(3);
    lostNodes.look();
    assertThat(here).allSatisfy(one -> assertThat(saved(one)).isEqualTo(one));
    assertThat(wakes).hasValue(0);
  }

  @Test
  void bothShardsOfAnExtentThatHasTwoThereAreMarked() {
    ExtentDocument twice =
        extent(List.of("node-1", "node-2", "node-2", "node-3", "node-4", "node-4"));
    judge(2);
    lostNodes.look();
    assertThat(saved(twice).missing()).containsExactlyInAnyOrder(column(1), column(2));
  }

  @Test
  void whatWasBrokenOffIsGoneOverAgainByAnother() {
    List<ExtentDocument> here = extents(150);
    judge(2);
    writesUntilDown = 120;
    lostNodes.look();
    assertThat(marked(here)).isEqualTo(120);
    assertThat(progress(2)).isEqualTo(Progress.MARKING);
    writesUntilDown = Integer.MAX_VALUE;
    LostNodes other = worker();
    other.look();
    assertThat(marked(here)).isEqualTo(150);
    assertThat(writes).as("each is written once").hasValue(150);
    assertThat(progress(2)).isEqualTo(Progress.MARKED);
  }

  @Test
  void twoWorkersAtOnceMarkEachOnce() throws Exception {
    List<ExtentDocument> here = extents(120);
    judge(2);
    LostNodes other = worker();
    Thread first = Thread.ofVirtual().start(lostNodes::look);
    Thread second = Thread.ofVirtual().start(other::look);
    first.join();
    second.join();
    assertThat(here).allSatisfy(one -> assertThat(saved(one).version()).isEqualTo(2));
    assertThat(progress(2)).isEqualTo(Progress.MARKED);
  }

  @Test
  void anExtentThatAnotherChangesMeanwhileIsMarkedAfterAll() {
    ExtentDocument here = extents(1).getFirst();
    judge(2);
    beforeWrite =
        () -> {
          beforeWrite = () -> {};
          applied(store.compareAndSetExtent(saved(here).withMissing(Set.of(column(4)), 1)));
        };
    lostNodes.look();
    assertThat(saved(here).missing()).containsExactlyInAnyOrder(column(1), column(4));
  }

  @Test
  void aShardThatARepairHasMovedAwayMeanwhileIsNotMarked() {
    ExtentDocument here = extents(1).getFirst();
    judge(2);
    beforeWrite =
        () -> {
          beforeWrite = () -> {};
          List<Shard> moved = new ArrayList<>(here.shards());
          moved.set(1, new Shard("node-7", 4));
          applied(
              store.compareAndSetExtent(
                  here.repaired(moved, Set.of(), false, ExtentDocument.Turn.NONE)));
        };
    lostNodes.look();
    assertThat(saved(here).missing()).isEmpty();
    assertThat(progress(2)).isEqualTo(Progress.RESTORED);
  }

  @Test
  void aNodeThatReturnsEndsTheMarking() {
    List<ExtentDocument> here = extents(250);
    judge(2);
    beforeWrite =
        () -> {
          NodeDocument saved = store.node("node-2").orElseThrow();
          if (writes.get() == 50) {
            applied(store.compareAndSetNode(saved.returned("somebody")));
          }
        };
    lostNodes.look();
    assertThat(marked(here)).as("no further than its page").isEqualTo(100);
    assertThat(store.node("node-2").orElseThrow().lost()).isNull();
    lostNodes.look();
    assertThat(marked(here)).isEqualTo(100);
  }

  @Test
  void aNodeIsRestoredWhenNothingNamesItAnyMore() {
    ExtentDocument here = extents(1).getFirst();
    judge(2);
    lostNodes.look();
    lostNodes.look();
    assertThat(progress(2)).isEqualTo(Progress.MARKED);
    List<Shard> moved = new ArrayList<>(here.shards());
    moved.set(1, new Shard("node-7", 4));
    applied(
        store.compareAndSetExtent(
            saved(here).repaired(moved, Set.of(), false, ExtentDocument.Turn.NONE)));
    lostNodes.look();
    assertThat(progress(2)).isEqualTo(Progress.RESTORED);
  }

  /** Its writer had begun before the verdict. */
  @Test
  void anExtentThatIsInsertedAfterTheMarkingIsMarkedHalfAMinuteLater() {
    judge(2);
    lostNodes.look();
    assertThat(progress(2)).isEqualTo(Progress.RESTORED);
    ExtentDocument late = extents(1).getFirst();
    pass(29);
    assertThat(saved(late).missing()).isEmpty();
    pass(1);
    assertThat(saved(late).missing()).containsOnly(column(1));
    assertThat(progress(2)).isEqualTo(Progress.MARKED);
    ExtentDocument later = extents(1).getFirst();
    pass(30);
    assertThat(saved(later).missing()).containsOnly(column(1));
  }

  private void pass(long seconds) {
    nanos.addAndGet(TimeUnit.SECONDS.toNanos(seconds));
    lostNodes.look();
  }

  @Test
  void aNodeWithSoManyExtentsThatTheyTakeLongIsGoneOverATenthOfTheTime() {
    extents(100);
    judge(2);
    beforeWrite = () -> nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
    lostNodes.look();
    ExtentDocument late = extents(1).getFirst();
    pass(899);
    assertThat(saved(late).missing()).isEmpty();
    pass(1);
    assertThat(saved(late).missing()).containsOnly(column(1));
  }

  // How much is left

  private static Set<String> gone(int... nodes) {
    return Set.copyOf(IntStream.of(nodes).mapToObj(i -> "node-" + i).toList());
  }

  @Test
  void whatIsLeftIsAsIfAnExtentWereOnAllThatAreGone() {
    Redundancy redundancy = new Redundancy(store, Layout.of(4, 2, 1 << 20));
    assertThat(redundancy.left("node-2", gone(2), 7)).isEqualTo(1);
    assertThat(redundancy.left("node-2", gone(2, 3), 7)).isZero();
    assertThat(redundancy.left("node-2", gone(2, 3, 4), 7)).isNegative();
    assertThat(redundancy.left("node-2", gone(2), 3)).as("two shards on a node").isZero();
  }

  @Test
  void anOlderLayoutThatSurvivesLessCounts() {
    extents(1);
    Redundancy redundancy = new Redundancy(store, Layout.of(8, 4, 1 << 20));
    assertThat(redundancy.left("node-7", gone(7), 20)).isEqualTo(3);
    assertThat(redundancy.left("node-2", gone(2), 20)).isEqualTo(1);
  }

  @Test
  void anExtentThatAlreadyLacksShardsCountsIfItIsOnTheNode() {
    ExtentDocument here = extents(1).getFirst();
    applied(store.compareAndSetExtent(here.withMissing(Set.of(column(4)), 1)));
    Redundancy redundancy = new Redundancy(store, Layout.of(4, 2, 1 << 20));
    assertThat(redundancy.left("node-2", gone(2), 7)).isZero();
    assertThat(redundancy.left("node-7", gone(7), 7)).isEqualTo(1);
    assertThat(redundancy.left("node-5", gone(5), 7)).as("its column is the one").isEqualTo(1);
  }
}

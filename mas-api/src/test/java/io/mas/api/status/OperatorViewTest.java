package io.mas.api.status;

import static io.mas.api.metadata.Extents.column;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.mas.api.metadata.Concern;
import io.mas.api.metadata.ExtentDocument;
import io.mas.api.metadata.Extents;
import io.mas.api.metadata.FileDocument;
import io.mas.api.metadata.GarbageDocument;
import io.mas.api.metadata.MetadataStore;
import io.mas.api.metadata.RocksMetadataStore;
import io.mas.api.metadata.SweepDocument;
import io.mas.api.metadata.WriteOutcome;
import io.mas.api.nodes.Member;
import io.mas.api.nodes.NodeView;
import io.mas.api.nodes.NodesProperties;
import io.mas.api.nodes.SimulatedNodes;
import io.mas.api.object.ObjectWorld;
import io.mas.common.cluster.NodeAnnouncement;
import io.mas.common.cluster.NodeState;
import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import io.mas.common.object.Layout;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OperatorViewTest {
  private static final Layout LAYOUT = Layout.of(4, 2, Extents.BLOCK);
  private static final InstantSource CLOCK = () -> Instant.ofEpochMilli(Extents.SINCE);
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final Duration SHORT = Duration.ofMillis(100);

  private static final Collecting NEVER_SWEPT = Collecting.of(SweepDocument.NONE);

  private RocksMetadataStore store;
  private NodeView view;

  @BeforeEach
  void open(@TempDir Path directory) {
    store = RocksMetadataStore.open(directory);
    Duration second = Duration.ofSeconds(1);
    view =
        new NodeView(
            store,
            new SimulatedNodes(),
            new NodesProperties(second, second, second, second, second, 8, ""),
            CLOCK);
    SimulatedNodes.announcements(store.clusterId(), 6).forEach(view::accept);
  }

  @AfterEach
  void close() {
    view.close();
    store.close();
  }

  private OperatorView operator() {
    return operator(store, LONG);
  }

  private OperatorView operator(MetadataStore metadata, Duration patience) {
    return new OperatorView(metadata, view, LAYOUT, patience, CLOCK);
  }

  private void save(ExtentDocument extent) {
    ExtentDocument whole =
        Extents.of(
            (int) extent.id().part().high(),
            extent.id().ordinal(),
            extent.shards().stream().map(ExtentDocument.Shard::node).toList());
    assertThat(store.insertExtent(whole)).isEqualTo(WriteOutcome.APPLIED);
    if (!extent.missing().isEmpty()) {
      assertThat(store.compareAndSetExtent(extent)).isEqualTo(WriteOutcome.APPLIED);
    }
  }

  private void fail(String node) {
    Member member = view.member(node).orElseThrow();
    view.failed(member, SimulatedNodes.silence(node));
  }

  // The cluster

  @Test
  void aWholeClusterIsHealthy() {
    ClusterStatus status = operator().status();
    assertThat(status.healthy()).isTrue();
    assertThat(status.mayFail()).isEqualTo(2);
    assertThat(status.nodes()).hasSize(6).allMatch(node -> Condition.of(node) == Condition.UP);
    assertThat(status.unknown()).isEmpty();
  }

  @Test
  void aCollectionThatIsStoppedIsNotHealthyUntilSomebodyConfirms() {
    assertThat(operator().confirmGarbage()).as("nothing is stopped").isFalse();
    assertThat(store.compareAndSetSweep(SweepDocument.NONE.stopped("too much", 77)))
        .isEqualTo(WriteOutcome.APPLIED);
    ClusterStatus stopped = operator().status();
    assertThat(stopped.healthy()).isFalse();
    assertThat(stopped.garbage())
        .extracting(GarbageBacklog::collecting)
        .isEqualTo(
            new Collecting(
                Collecting.State.STOPPED, "too much", 77, new Collecting.Sweep(0, 0, 0, 0, 0)));
    assertThat(operator().confirmGarbage()).isTrue();
    assertThat(operator().confirmGarbage()).as("once").isFalse();
    assertThat(operator().status().healthy()).isTrue();
    assertThat(store.sweep().orElseThrow().breaker().confirmed()).isTrue();
  }

  @Test
  void aCollectionThatIsToldToDoNothingIsNotHealthy() {
    SweepDocument dry = SweepDocument.NONE.mode(SweepDocument.Mode.DRY_RUN);
    assertThat(store.compareAndSetSweep(dry)).isEqualTo(WriteOutcome.APPLIED);
    assertThat(operator().status().healthy()).isFalse();
    SweepDocument off = dry.mode(SweepDocument.Mode.OFF);
    assertThat(store.compareAndSetSweep(off)).isEqualTo(WriteOutcome.APPLIED);
    assertThat(operator().status().healthy()).isFalse();
    assertThat(store.compareAndSetSweep(off.mode(SweepDocument.Mode.ON)))
        .isEqualTo(WriteOutcome.APPLIED);
    assertThat(operator().status().healthy()).isTrue();
  }

  @Test
  void aNodeThatIsNotUpIsNotHealthy() {
    fail("node-2");
    ClusterStatus suspect = operator().status();
    assertThat(suspect.healthy()).isFalse();
    assertThat(suspect.mayFail()).isEqualTo(1);
    assertThat(Condition.of(suspect.nodes().get(1))).isEqualTo(Condition.SUSPECT);
  }

  @Test
  void aNodeThatServesButTakesNoShardsIsNotUp() {
    NodeAnnouncement now = SimulatedNodes.announcements(store.clusterId(), 1).getFirst();
    view.accept(
        new NodeAnnouncement(
            now.identity(),
            2,
            0,
            now.address(),
            now.process(),
            now.host(),
            now.zone(),
            1,
            0,
            NodeState.READ_ONLY));
    ClusterStatus status = operator().status();
    assertThat(status.healthy()).isFalse();
    assertThat(status.mayFail()).isEqualTo(2);
    assertThat(Condition.of(status.nodes().getFirst())).isEqualTo(Condition.READ_ONLY);
  }

  @Test
  void noNodesAreNotHealthy(@TempDir Path empty) {
    try (RocksMetadataStore other = RocksMetadataStore.open(empty);
        NodeView nobody =
            new NodeView(
                other,
                new SimulatedNodes(),
                new NodesProperties(SHORT, SHORT, SHORT, SHORT, SHORT, 8, ""),
                CLOCK)) {
      ClusterStatus status = new OperatorView(other, nobody, LAYOUT, LONG, CLOCK).status();
      assertThat(status.healthy()).isFalse();
      assertThat(status.mayFail()).isNegative();
    }
  }

  /** Files that were stored when the geometry was another are there as well. */
  @Test
  void anOlderLayoutLowersHowManyNodesMayFail() {
    Set<Layout> layouts = Set.of(LAYOUT, Layout.of(2, 1, 1 << 20));
    SweepDocument sweep =
        SweepDocument.NONE.ended(
            new SweepDocument.Turn("a", 0), new SweepDocument.Last(1, 0, 0, 0, 0, layouts));
    assertThat(store.compareAndSetSweep(sweep)).isEqualTo(WriteOutcome.APPLIED);
    assertThat(operator().status().mayFail()).isEqualTo(1);
    fail("node-2");
    assertThat(operator().status().mayFail()).isZero();
  }

  @Test
  void whatIsMissingLowersHowManyNodesMayFail() {
    save(Extents.of(1, column(0)));
    save(Extents.of(2));
    ClusterStatus one = operator().status();
    assertThat(one.healthy()).isFalse();
    assertThat(one.mayFail()).isEqualTo(1);
    assertThat(repair(one).files()).isEqualTo(new Count(1, false));
    fail("node-2");
    assertThat(operator().status().mayFail()).isZero();
    save(Extents.of(3, column(0), column(4)));
    ClusterStatus bad = operator().status();
    assertThat(bad.mayFail()).isNegative();
    assertThat(repair(bad).worst().getFirst().hash()).isEqualTo(Extents.hash(3));
  }

  /** Its copies are being deleted: it is no file that cannot be read, and nobody is to be woken. */
  @Test
  void whatACollectionLeavesOfADeletedFileIsNoAlarm() {
    ExtentDocument left = Extents.of(1, column(0), column(1), column(2));
    save(left);
    assertThat(store.compareAndSetExtent(left.withMark())).isEqualTo(WriteOutcome.APPLIED);
    assertThat(operator().status().healthy()).isTrue();
    assertThat(operator().status().mayFail()).isEqualTo(2);
    saveFileOf(left);
    ClusterStatus live = operator().status();
    assertThat(live.mayFail()).as("a mark means nothing in a file that is there").isNegative();
    assertThat(repair(live).unreadable()).isEqualTo(new Count(1, false));
  }

  private void saveFileOf(ExtentDocument extent) {
    FileDocument file =
        new FileDocument(
            extent.hash(),
            1,
            FileDocument.State.LIVE,
            2L * Extents.BLOCK,
            "a",
            1,
            List.of(new FileDocument.Part(2L * Extents.BLOCK, extent.id().part())));
    assertThat(store.compareAndSetFile(file)).isEqualTo(WriteOutcome.APPLIED);
  }

  private static RepairBacklog repair(ClusterStatus status) {
    return Objects.requireNonNull(status.repair());
  }

  /** What repair has put off is in the list too. */
  @Test
  void anExtentWhoseTurnIsFarAwayIsCounted() {
    ExtentDocument lacking = Extents.of(1, column(0));
    save(lacking);
    long far = Extents.SINCE + Duration.ofDays(9).toMillis();
    assertThat(store.compareAndSetExtent(lacking.withTurn(lacking.turn().taken(far))))
        .isEqualTo(WriteOutcome.APPLIED);
    assertThat(repair(operator().status()).worst().getFirst().tries()).isEqualTo(1);
  }

  @Test
  void garbageIsWhatIsDueAndWhatWaits() {
    for (int i = 0; i < 5; i++) {
      store.putGarbage(note("note-" + i, Extents.SINCE - 100 + 50L * i));
    }
    GarbageBacklog garbage = operator().status().garbage();
    assertThat(garbage)
        .isEqualTo(
            new GarbageBacklog(
                new Count(3, false), new Count(2, false), Extents.SINCE - 100, NEVER_SWEPT));
  }

  @Test
  void muchGarbageIsALowerBound() {
    IntStream.range(0, GarbageBacklog.MOST + 2)
        .forEach(i -> store.putGarbage(note("note-" + i, Extents.SINCE + 1)));
    assertThat(operator().status().garbage())
        .isEqualTo(
            new GarbageBacklog(
                new Count(0, false), new Count(GarbageBacklog.MOST, true), 0, NEVER_SWEPT));
  }

  private static GarbageDocument note(String id, long due) {
    return new GarbageDocument(
        id, due, new GarbageDocument.Parts(Extents.hash(1), List.of(Extents.part(1))));
  }

  // A database that does not answer

  @Test
  void aDatabaseThatIsDownIsAFinding() {
    MetadataStore down =
        ObjectWorld.meddled(
            store,
            (method, arguments, original) -> {
              throw new MasException(ErrorCode.METADATA_UNREACHABLE, "no answer from the database");
            });
    fail("node-4");
    ClusterStatus status = operator(down, LONG).status();
    assertThat(status.healthy()).isFalse();
    assertThat(status.mayFail()).isNull();
    assertThat(status.repair()).isNull();
    assertThat(status.garbage()).isNull();
    assertThat(status.nodes()).hasSize(6);
    assertThat(status.unknown())
        .containsExactly(
            new ClusterStatus.Unknown("repair", "no answer from the database"),
            new ClusterStatus.Unknown("garbage", "no answer from the database"));
  }

  @Test
  void whatIsUnknownIsNeverWell() {
    MetadataStore half =
        ObjectWorld.meddled(
            store,
            (method, arguments, original) -> {
              if (method.equals("countGarbage")) {
                throw new MasException(ErrorCode.METADATA_UNREACHABLE, "no answer");
              }
              return original.call();
            });
    ClusterStatus status = operator(half, LONG).status();
    assertThat(status.mayFail()).isEqualTo(2);
    assertThat(repair(status).files().none()).isTrue();
    assertThat(status.healthy()).isFalse();
  }

  @Test
  void anUnforeseenFailureIsAFindingThatTellsNothingOfItself() {
    MetadataStore broken =
        ObjectWorld.meddled(
            store,
            (method, arguments, original) -> {
              throw new IllegalStateException("s3cr3t");
            });
    ClusterStatus status = operator(broken, LONG).status();
    assertThat(status.unknown()).hasSize(2);
    assertThat(status.unknown().toString()).doesNotContain("s3cr3t");
  }

  @Test
  void aDatabaseThatHangsCostsOneThreadOfAKindHoweverOftenItIsAsked() {
    var release = new CountDownLatch(1);
    var asked = new AtomicInteger();
    MetadataStore hanging =
        ObjectWorld.meddled(
            store,
            (method, arguments, original) -> {
              if (method.equals("extentsToRepair")) {
                asked.incrementAndGet();
                release.await();
              }
              return original.call();
            });
    OperatorView operator = operator(hanging, SHORT);
    for (int i = 0; i < 5; i++) {
      ClusterStatus status = operator.status();
      assertThat(status.repair()).isNull();
      assertThat(status.garbage()).isNotNull();
      assertThat(status.unknown())
          .containsExactly(
              new ClusterStatus.Unknown("repair", "the database did not answer within 100 ms"));
    }
    assertThat(asked).hasValue(1);
    release.countDown();
    await().untilAsserted(() -> assertThat(operator.status().healthy()).isTrue());
    assertThat(asked).hasValueGreaterThan(1);
  }

  // A file

  /** A file of which each part has so many extents of two blocks. */
  private void saveFile(int... extents) {
    List<FileDocument.Part> parts = new ArrayList<>();
    for (int i = 0; i < extents.length; i++) {
      int number = 100 + i;
      parts.add(new FileDocument.Part(2L * Extents.BLOCK * extents[i], Extents.part(number)));
      IntStream.range(0, extents[i])
          .forEach(ordinal -> save(Extents.of(number, ordinal, Extents.nodes(6))));
    }
    FileDocument file =
        new FileDocument(Extents.hash(1), 1, FileDocument.State.LIVE, 9, "name", 5_000, parts);
    assertThat(store.compareAndSetFile(file)).isEqualTo(WriteOutcome.APPLIED);
  }

  private FilePlaces file(FilePlaces.Place from) {
    return operator().file(Extents.hash(1), from);
  }

  private FilePlaces file() {
    return file(FilePlaces.Place.START);
  }

  @Test
  void aFileIsToldWithItsShardsAndTheirNodes() {
    saveFile(1);
    FilePlaces file = file();
    assertThat(file.whole()).isTrue();
    assertThat(file.next()).isNull();
    FilePlaces.ExtentPlaces extent = file.parts().getFirst().extents().getFirst();
    assertThat(extent.mayFail()).isEqualTo(2);
    assertThat(extent.shards()).extracting(FilePlaces.ShardPlace::node).isEqualTo(Extents.nodes(6));
    fail("node-5");
    assertThat(file().whole()).isFalse();
    assertThat(file().parts().getFirst().extents().getFirst().redundancy()).isEqualTo(2);
    assertThat(file().parts().getFirst().extents().getFirst().mayFail()).isEqualTo(1);
  }

  @Test
  void whatIsMissingIsToldShardByShard() {
    saveFile(1);
    ExtentDocument extent = store.extents(Extents.part(100), 0, 1, Concern.MAJORITY).getFirst();
    assertThat(
            store.compareAndSetExtent(
                extent.withMissing(
                    Set.of(column(2), Extents.block(4, 1), Extents.block(4, 0)), 77)))
        .isEqualTo(WriteOutcome.APPLIED);
    FilePlaces.ExtentPlaces told = file().parts().getFirst().extents().getFirst();
    assertThat(told.shards())
        .extracting(FilePlaces.ShardPlace::missing)
        .containsExactly(false, false, true, false, false, false);
    assertThat(told.shards().get(4).missingBlocks()).containsExactly(0, 1);
    assertThat(told.since()).isEqualTo(77);
    assertThat(file().whole()).isFalse();
  }

  @Test
  void aLargeFileComesInPagesThatLeaveNothingOut() {
    saveFile(3, FilePlaces.MOST + 20, 1, 2 * FilePlaces.MOST, 2);
    List<String> seen = new ArrayList<>();
    FilePlaces.Place at = FilePlaces.Place.START;
    int pages = 0;
    while (at != null) {
      FilePlaces page = file(at);
      assertThat(page.parts().stream().mapToInt(part -> part.extents().size()).sum())
          .isLessThanOrEqualTo(FilePlaces.MOST);
      assertThat(page.whole()).isTrue();
      page.parts()
          .forEach(
              part -> part.extents().forEach(one -> seen.add(part.number() + "/" + one.ordinal())));
      at = page.next();
      pages++;
    }
    assertThat(seen).doesNotHaveDuplicates().hasSize(3 + 1 + 2 + 3 * FilePlaces.MOST + 20);
    assertThat(pages).isLessThanOrEqualTo(5);
  }

  @Test
  void bytesThatNoExtentHasAreTold() {
    saveFile(3, 1, 4);
    delete(100, 1);
    delete(101, 0);
    delete(102, 3);
    FilePlaces file = file();
    assertThat(file.whole()).isFalse();
    assertThat(file.parts())
        .extracting(FilePlaces.PartPlaces::unplaced)
        .containsExactly(2L * Extents.BLOCK, 2L * Extents.BLOCK, 2L * Extents.BLOCK);
  }

  private void delete(int part, int ordinal) {
    ExtentDocument extent = Extents.of(part, ordinal, Extents.nodes(6));
    assertThat(store.deleteExtent(extent.id(), 1)).isEqualTo(WriteOutcome.APPLIED);
  }

  @Test
  void aDeletedFileIsToldAndOneThatNeverWasIsNot() {
    saveFile(1);
    FileDocument live = store.file(Extents.hash(1), Concern.MAJORITY).orElseThrow();
    assertThat(store.compareAndSetFile(live.deleted())).isEqualTo(WriteOutcome.APPLIED);
    assertThat(file().live()).isFalse();
    assertThat(file().whole()).isFalse();
    MasException unknown =
        catchThrowableOfType(
            MasException.class, () -> operator().file(Extents.hash(2), FilePlaces.Place.START));
    assertThat(unknown.code()).isEqualTo(ErrorCode.NO_SUCH_FILE);
  }
}

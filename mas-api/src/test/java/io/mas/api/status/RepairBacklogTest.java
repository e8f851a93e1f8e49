package io.mas.api.status;

import static io.mas.api.metadata.Extents.block;
import static io.mas.api.metadata.Extents.column;
import static io.mas.api.metadata.Extents.hash;
import static org.assertj.core.api.Assertions.assertThat;

import io.mas.api.metadata.ExtentDocument;
import io.mas.api.metadata.Extents;
import io.mas.api.metadata.ProcessDocument;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RepairBacklogTest {
  private static final long NOW = Extents.SINCE + 5_000;
  private static final int PARITY = 2;
  private static final int MIB = 1 << 20;

  /** Bytes of a shard of each block: a quarter. */
  private static final int SHARD = Extents.BLOCK / 4;

  private static final List<String> THREE_NODES =
      List.of("node-1", "node-2", "node-3", "node-1", "node-2", "node-3");

  private static RepairBacklog backlog(Stream<ExtentDocument> extents, ProcessDocument... workers) {
    return backlog(extents, 0, workers);
  }

  private static RepairBacklog backlog(
      Stream<ExtentDocument> extents, int counted, ProcessDocument... workers) {
    return RepairBacklog.of(WorkList.of(extents.toList(), counted), PARITY, List.of(workers), NOW);
  }

  private static ProcessDocument worker(String id, long seen, long bytes, long lately) {
    return new ProcessDocument(id, seen, true, 1, bytes, lately);
  }

  @Test
  void nothingIsNothing() {
    RepairBacklog none = backlog(Stream.of());
    assertThat(none.files().none()).isTrue();
    assertThat(none.unspread().none()).isTrue();
    assertThat(none.worst()).isEmpty();
    assertThat(none.seconds()).isEmpty();
  }

  @Test
  void extentsOfAFileAreOneFileWithTheWorstOfEach() {
    RepairBacklog backlog =
        backlog(
            Stream.of(
                Extents.of(7, 1, Extents.nodes(6), column(0), column(1)),
                Extents.of(8, column(3)),
                Extents.of(7, column(2))));
    assertThat(backlog.files()).isEqualTo(new Count(2, false));
    assertThat(backlog.extents()).isEqualTo(new Count(3, false));
    assertThat(backlog.unreadable().none()).isTrue();
    assertThat(backlog.worst())
        .containsExactly(
            new RepairBacklog.LackingFile(hash(7), 0, Extents.SINCE, 0),
            new RepairBacklog.LackingFile(hash(8), 1, Extents.SINCE, 0));
  }

  @Test
  void whatMustBeWrittenIsWholeColumnsAndSingleBlocks() {
    RepairBacklog backlog =
        backlog(Stream.of(Extents.of(1, column(0), block(3, 1)), Extents.of(2, block(5, 0))));
    assertThat(backlog.bytes()).isEqualTo(new Count(4L * SHARD, false));
  }

  @Test
  void aFileWithTooFewShardsIsUnreadable() {
    RepairBacklog backlog =
        backlog(
            Stream.of(Extents.of(1, column(0), column(1), column(2)), Extents.of(2, column(0))));
    assertThat(backlog.unreadable()).isEqualTo(new Count(1, false));
    assertThat(backlog.worst().getFirst().redundancy()).isEqualTo(-1);
    assertThat(backlog.bytes())
        .as("nobody can write the others")
        .isEqualTo(new Count(2L * SHARD, false));
  }

  @Test
  void whatWasTriedAgainAndAgainIsStuck() {
    RepairBacklog backlog =
        backlog(
            Stream.of(
                tried(Extents.of(1, column(0)), RepairBacklog.STUCK_TRIES),
                tried(Extents.of(2, column(0)), RepairBacklog.STUCK_TRIES - 1),
                tried(Extents.of(3, 0, THREE_NODES), RepairBacklog.STUCK_TRIES)));
    assertThat(backlog.stuck()).isEqualTo(new Count(1, false));
  }

  private static ExtentDocument tried(ExtentDocument extent, int tries) {
    return extent.withTurn(new ExtentDocument.Turn(Extents.SINCE, NOW, tries));
  }

  @Test
  void whatIsOnTooFewNodesLacksNothing() {
    RepairBacklog backlog = backlog(Stream.of(Extents.of(1, 0, THREE_NODES)));
    assertThat(backlog.files().none()).isTrue();
    assertThat(backlog.unspread()).isEqualTo(new Count(1, false));
    assertThat(backlog.bytes().number()).isZero();
  }

  @Test
  void beyondTheBoundNumbersAreLowerBounds() {
    RepairBacklog exact = backlog(Extents.files(1, RepairBacklog.MOST, column(0)));
    assertThat(exact.files()).isEqualTo(new Count(RepairBacklog.MOST, false));
    assertThat(exact.worst()).hasSize(RepairBacklog.WORST);
    RepairBacklog cut = backlog(Extents.files(1, RepairBacklog.MOST + 1, column(0)), 5_000);
    assertThat(cut.files()).isEqualTo(new Count(RepairBacklog.MOST, true));
    assertThat(cut.extents()).isEqualTo(new Count(5_000, false));
    assertThat(cut.bytes()).as("as much of each").isEqualTo(new Count(5_000L * 2 * SHARD, false));
    assertThat(cut.unreadable()).isEqualTo(new Count(0, false));
    RepairBacklog large =
        backlog(Extents.files(1, RepairBacklog.MOST + 1, column(0)), RepairBacklog.MOST_COUNTED);
    assertThat(large.extents()).isEqualTo(new Count(RepairBacklog.MOST_COUNTED, true));
    assertThat(large.bytes().more()).isTrue();
  }

  /** The list is ordered by redundancy: behind an extent that lacks nothing none lacks a shard. */
  @Test
  void manyExtentsOnTooFewNodesDoNotHideThatNoneLacksAShard() {
    Stream<ExtentDocument> unspread =
        Stream.generate(() -> Extents.of(1, 0, THREE_NODES)).limit(RepairBacklog.MOST);
    RepairBacklog backlog = backlog(Stream.concat(Stream.of(Extents.of(2, column(0))), unspread));
    assertThat(backlog.files()).isEqualTo(new Count(1, false));
    assertThat(backlog.unspread()).isEqualTo(new Count(RepairBacklog.MOST - 1, true));
  }

  @Test
  void theRateIsThatOfTheWorkersThatAreThere() {
    RepairBacklog backlog =
        backlog(
            Extents.files(1, 100, column(0)),
            worker("a", NOW, 10 * MIB, 10_000),
            worker("b", NOW - 1_000, 30 * MIB, 10_000),
            worker("idle", NOW, 0, 0),
            worker("gone", NOW - RepairBacklog.PRESENT_MILLIS, 900 * MIB, 10_000),
            new ProcessDocument("gateway", NOW, false, 0, 0, 0));
    assertThat(backlog.workers()).isEqualTo(3);
    assertThat(backlog.bytesPerSecond()).isEqualTo(4 * MIB);
    // 100 files, two blocks each: 50 MiB at 4 MiB/s
    assertThat(backlog.seconds()).hasValue(13);
  }

  @Test
  void whyNoVerdictsAreGivenIsSaidByThoseThatAreThere() {
    RepairBacklog backlog =
        backlog(
            Stream.of(),
            ProcessDocument.observer("a", NOW, "safe mode", List.of()),
            ProcessDocument.observer("b", NOW, "safe mode", List.of()),
            ProcessDocument.observer("c", NOW, "", List.of()),
            ProcessDocument.observer(
                "gone", NOW - RepairBacklog.PRESENT_MILLIS, "begun", List.of()));
    assertThat(backlog.held()).isEqualTo("safe mode");
    assertThat(backlog.workers()).isZero();
  }

  @Test
  void withoutARateNothingIsPromised() {
    RepairBacklog backlog =
        backlog(Stream.of(Extents.of(1, column(0))), worker("idle", NOW, 0, 60_000));
    assertThat(backlog.workers()).isEqualTo(1);
    assertThat(backlog.seconds()).isEmpty();
  }
}

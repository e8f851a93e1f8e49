package io.mas.api.metadata;

import static io.mas.api.metadata.MetadataStoreContract.applied;
import static org.assertj.core.api.Assertions.assertThat;

import io.mas.api.metadata.ExtentDocument.Missing;
import io.mas.api.metadata.ExtentDocument.Shard;
import io.mas.api.metadata.ExtentDocument.Turn;
import io.mas.common.object.ExtentId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the repair and the collection look for, and what processes say of themselves. */
abstract class MetadataRepairContract extends MetadataContract {
  private static final Comparator<ExtentId> BY_ID =
      Comparator.comparingLong((ExtentId id) -> id.part().high())
          .thenComparing(id -> id.part().low(), Long::compareUnsigned)
          .thenComparingInt(ExtentId::ordinal);

  private static Missing column(int shard) {
    return new Missing(shard, Missing.ALL);
  }

  private static Missing block(int shard, int block) {
    return new Missing(shard, block);
  }

  /** Inserts a whole extent that then lacks these. */
  private ExtentDocument lacking(long now, Missing... missing) {
    return lacking(random.nodeIds(6), now, missing);
  }

  private ExtentDocument lacking(List<String> nodes, long now, Missing... missing) {
    ExtentDocument first = random.lacking(nodes, Set.of(), now);
    applied(store.insertExtent(first));
    return missing.length == 0 ? first : save(first.withMissing(Set.of(missing), now));
  }

  private ExtentDocument save(ExtentDocument next) {
    applied(store.compareAndSetExtent(next));
    return next;
  }

  @Test
  void redundancyIsWhatTheWorstBlockHasLeft() {
    List<String> nodes = random.nodeIds(6);
    assertThat(random.lacking(nodes, Set.of(), 1).redundancy()).isEqualTo(2);
    assertThat(random.lacking(nodes, Set.of(column(1)), 1).redundancy()).isEqualTo(1);
    assertThat(random.lacking(nodes, Set.of(block(1, 0), block(2, 3)), 1).redundancy())
        .isEqualTo(1);
    assertThat(random.lacking(nodes, Set.of(block(1, 3), block(2, 3), column(0)), 1).redundancy())
        .isEqualTo(-1);
  }

  @Test
  void theFenceOfAnExtentOutlivesEveryOtherChange() {
    ExtentDocument fenced = save(save(lacking(1).fenced()).fenced());
    assertThat(fenced.fence()).isEqualTo(2);
    ExtentDocument changed = save(save(fenced.withMark()).withMissing(Set.of(column(1)), 5));
    assertThat(store.extent(changed.id(), Concern.LINEARIZABLE)).contains(changed);
    assertThat(changed.fence()).isEqualTo(2);
    assertThat(changed.version()).isEqualTo(5);
  }

  @Test
  void theLeastRedundancyComesFirstThenTheLongestWait() {
    ExtentDocument young = lacking(30, column(0));
    ExtentDocument bad = lacking(90, column(0), column(1));
    ExtentDocument old = lacking(10, block(0, 3));
    ExtentDocument worst = lacking(95, column(0), column(1), block(2, 0));
    lacking(1);
    assertThat(store.extentsToRepair(100, 10)).containsExactly(worst, bad, old, young);
    assertThat(store.extentsToRepair(100, 2)).containsExactly(worst, bad);
    reopen();
    assertThat(store.extentsToRepair(100, 10)).containsExactly(worst, bad, old, young);
  }

  @Test
  void theyAreCountedByTheirRedundancyUpToABound() {
    lacking(10, column(0), column(1), column(2));
    lacking(20, column(0), column(1));
    lacking(30, column(0));
    lacking(40, block(1, 0));
    lacking(1);
    assertThat(store.countExtentsToRepair(2, 100)).isEqualTo(4);
    assertThat(store.countExtentsToRepair(1, 100)).isEqualTo(2);
    assertThat(store.countExtentsToRepair(0, 100)).isEqualTo(1);
    assertThat(store.countExtentsToRepair(-1, 100)).isZero();
    assertThat(store.countExtentsToRepair(2, 3)).isEqualTo(3);
  }

  @Test
  void whatCannotBeReadCanBeLeftOut() {
    ExtentDocument unreadable = lacking(10, column(0), column(1), column(2));
    ExtentDocument last = lacking(20, column(0), column(1));
    ExtentDocument good = lacking(5, column(0));
    assertThat(store.extentsToRepair(0, 100, 10)).containsExactly(last, good);
    assertThat(store.extentsToRepair(1, 100, 10)).containsExactly(good);
    assertThat(store.extentsToRepair(-1, 100, 10)).containsExactly(unreadable, last, good);
  }

  @Test
  void whoseTurnHasNotComeIsLeftOut() {
    ExtentDocument now = lacking(50, column(0));
    ExtentDocument later = lacking(51, column(0), column(1));
    assertThat(store.extentsToRepair(49, 10)).isEmpty();
    assertThat(store.extentsToRepair(50, 10)).containsExactly(now);
    assertThat(store.extentsToRepair(51, 10)).containsExactly(later, now);
  }

  @Test
  void aTurnThatIsTakenHidesItUntilThenAndNewEvidenceBringsItBack() {
    ExtentDocument found = lacking(50, column(0));
    ExtentDocument taken = save(found.withTurn(found.turn().taken(500)));
    assertThat(taken.turn()).isEqualTo(new Turn(50, 500, 1));
    assertThat(store.extentsToRepair(499, 10)).isEmpty();
    assertThat(store.extentsToRepair(500, 10)).containsExactly(taken);
    ExtentDocument more = save(taken.withMissing(Set.of(column(3)), 60));
    assertThat(more.turn()).isEqualTo(new Turn(50, 60, 0));
    assertThat(store.extentsToRepair(60, 10)).containsExactly(more);
  }

  @Test
  void whatWaitsForMoreNodesIsNotDueUntilThereAreMore() {
    ExtentDocument found = narrow(50);
    ExtentDocument three = save(found.withTurn(found.turn().waiting(3)));
    ExtentDocument other = narrow(60);
    ExtentDocument five = save(other.withTurn(other.turn().waiting(5)));
    lacking(70, column(0));
    assertThat(three.turn().waits()).isTrue();
    assertThat(store.extentsToRepair(0, Turn.WAITING - 1, 10)).doesNotContain(three, five);
    assertThat(store.extentsWaiting(3, 10)).isEmpty();
    assertThat(store.extentsWaiting(4, 10)).containsExactly(three);
    assertThat(store.extentsWaiting(5, 10)).containsExactly(three);
    reopen();
    assertThat(store.extentsWaiting(6, 10)).containsExactlyInAnyOrder(three, five);
    assertThat(store.extentsWaiting(6, 1)).hasSize(1);
    assertThat(store.extentsWithTurn(0, 60, Turn.WAITING, 10)).doesNotContain(three, five);
    assertThat(store.extentsWithTurn(0, 71, Turn.WAITING, 10)).isEmpty();
    assertThat(store.extentsWithTurn(0, 70, 71, 10)).hasSize(1);
    ExtentDocument more = save(three.withMissing(Set.of(column(1)), 80));
    assertThat(store.extentsWaiting(4, 10)).as("new evidence").isEmpty();
    assertThat(store.extentsToRepair(80, 10)).contains(more);
  }

  private ExtentDocument narrow(long now) {
    ExtentDocument found = lacking(now, column(0));
    return save(found.repaired(found.shards(), Set.of(), true, found.turn()));
  }

  @Test
  void whatIsRepairedIsLeftOutAndWhatIsSpreadBadlyIsNot() {
    ExtentDocument found = lacking(50, column(0));
    ExtentDocument narrow =
        save(found.repaired(found.shards(), Set.of(), true, found.turn().taken(60)));
    assertThat(store.extentsToRepair(59, 10)).isEmpty();
    assertThat(store.extentsToRepair(60, 10)).containsExactly(narrow);
    ExtentDocument whole =
        save(narrow.repaired(found.shards(), Set.of(), false, narrow.turn().taken(70)));
    assertThat(whole.turn()).isEqualTo(Turn.NONE);
    assertThat(store.extentsToRepair(Long.MAX_VALUE, 10)).isEmpty();
  }

  @Test
  void aDeletedExtentIsNotToBeRepairedAndOnNoNode() {
    ExtentDocument found = lacking(50, column(0));
    applied(store.deleteExtent(found.id(), found.version()));
    assertThat(store.extentsToRepair(Long.MAX_VALUE, 10)).isEmpty();
    assertThat(on(found.shards().getFirst().node(), 10)).isEmpty();
  }

  @Test
  void theExtentsOfANodeComeInPages() {
    List<String> nodes = random.nodeIds(12);
    List<String> others = nodes.subList(6, 12);
    List<ExtentDocument> here = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      here.add(lacking(nodes.subList(0, 6), 1));
      lacking(others, 1);
    }
    here.sort(Comparator.comparing(ExtentDocument::id, BY_ID));
    for (int limit : new int[] {1, 3, 7, 100}) {
      assertThat(on(nodes.getFirst(), limit)).isEqualTo(here);
    }
    assertThat(on("no-such-node", 10)).isEmpty();
  }

  @Test
  void anExtentThatMovesIsOnItsNewNodes() {
    List<String> nodes = random.nodeIds(7);
    ExtentDocument found = lacking(nodes.subList(0, 6), 50, column(0));
    List<Shard> moved = new ArrayList<>(found.shards());
    moved.set(0, new Shard(nodes.get(6), 5));
    ExtentDocument whole = save(found.repaired(moved, Set.of(), false, Turn.NONE));
    assertThat(on(nodes.getFirst(), 10)).isEmpty();
    assertThat(on(nodes.get(1), 10)).containsExactly(whole);
    assertThat(on(nodes.get(6), 10)).containsExactly(whole);
  }

  @Test
  void aNodeWithSeveralShardsHasTheExtentOnce() {
    List<String> nodes = random.nodeIds(3);
    ExtentDocument extent =
        lacking(
            List.of(
                nodes.get(0), nodes.get(0), nodes.get(1), nodes.get(1), nodes.get(2), nodes.get(2)),
            1);
    assertThat(on(nodes.getFirst(), 10)).containsExactly(extent);
  }

  private List<ExtentDocument> on(String node, int limit) {
    List<ExtentDocument> all = new ArrayList<>();
    @Nullable ExtentId last = null;
    List<ExtentDocument> page;
    do {
      page = store.extentsOn(node, last, limit);
      assertThat(page).hasSizeLessThanOrEqualTo(limit);
      all.addAll(page);
      last = page.isEmpty() ? null : page.getLast().id();
    } while (last != null);
    return all;
  }

  @Test
  void allExtentsComeInPages() {
    List<ExtentDocument> extents = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      ExtentDocument extent = random.extent();
      applied(store.insertExtent(extent));
      extents.add(extent);
    }
    extents.sort(Comparator.comparing(ExtentDocument::id, BY_ID));
    List<ExtentDocument> found = new ArrayList<>(store.extents(null, 4));
    assertThat(found).hasSize(4);
    found.addAll(store.extents(found.getLast().id(), 100));
    assertThat(found).isEqualTo(extents);
    assertThat(store.extents(found.getLast().id(), 1)).isEmpty();
  }

  // Processes

  @Test
  void aProcessIsWhatItLastSaidUntilItIsRemoved() {
    ProcessDocument process = random.process();
    ProcessDocument other = random.process();
    assertThat(store.processes()).isEmpty();
    store.putProcess(process);
    store.putProcess(other);
    ProcessDocument later = new ProcessDocument(process.id(), 5, true, 1, 2, 3);
    store.putProcess(later);
    assertThat(store.processes()).containsExactlyInAnyOrder(later, other);
    reopen();
    store.removeProcess(other.id());
    store.removeProcess(other.id());
    assertThat(store.processes()).containsExactly(later);
  }
}

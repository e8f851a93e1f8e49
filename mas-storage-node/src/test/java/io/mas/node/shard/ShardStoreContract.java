package io.mas.node.shard;

import static io.mas.node.shard.Shards.ORIGIN;
import static io.mas.node.shard.Shards.assertHolds;
import static io.mas.node.shard.Shards.assertRefused;
import static io.mas.node.shard.Shards.block;
import static io.mas.node.shard.Shards.blocks;
import static io.mas.node.shard.Shards.commit;
import static io.mas.node.shard.Shards.commits;
import static io.mas.node.shard.Shards.key;
import static io.mas.node.shard.Shards.put;
import static io.mas.node.shard.Shards.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.mas.common.object.Layout;
import io.mas.common.object.ObjectHash;
import io.mas.common.object.ShardKey;
import io.mas.common.protocol.CommitRecord;
import io.mas.common.protocol.CommitRecord.State;
import io.mas.common.protocol.CommitSummary;
import io.mas.common.protocol.NodeError;
import io.mas.common.protocol.Page;
import io.mas.common.protocol.ShardFrame.Status;
import io.mas.common.protocol.StoredColumn;
import io.mas.node.shard.ShardStore.Origin;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every {@link ShardStore} keeps, as its Javadoc promises it. */
abstract class ShardStoreContract {
  private ShardStore store;

  /** Opens the store on the volume of this test, again when it was closed. */
  abstract ShardStore open();

  @BeforeEach
  void openStore() {
    store = open();
  }

  @AfterEach
  void closeStore() {
    store.close();
  }

  private void reopen() {
    store.close();
    store = open();
  }

  @Test
  void givesBackWhatWasPut() {
    put(store, key(1, 1), 0, 5);
    assertHolds(store, key(1, 1), 0, 5);
  }

  @Test
  void givesBackWhatWasPutBeforeItWasClosed() {
    put(store, key(1, 1), 0, 5);
    put(store, key(1, 1), 5, 3);
    reopen();
    assertHolds(store, key(1, 1), 0, 8);
  }

  @Test
  void takesABlockAfterItWasClosed() {
    put(store, key(1, 1), 0, 5);
    reopen();
    put(store, key(1, 1), 5, 1);
    reopen();
    assertHolds(store, key(1, 1), 0, 6);
  }

  @Test
  void isTheSameInTheBackground() throws IOException {
    put(store, key(1, 1), 0, 5);
    store.inBackground(
        () -> {
          assertThat(Thread.currentThread().getName()).contains("background");
          assertHolds(store, key(1, 1), 0, 5);
          assertRefused(NodeError.NOT_FOUND, () -> store.read(key(1, 2), 0, 1));
        });
    assertHolds(store, key(1, 1), 0, 5);
  }

  @Test
  void throwsWhatItsUseInTheBackgroundThrows() {
    IOException failure = new IOException("whoever reads has gone");
    assertThatThrownBy(
            () ->
                store.inBackground(
                    () -> {
                      throw failure;
                    }))
        .isSameAs(failure);
  }

  @Test
  void readsAnyRange() {
    put(store, key(1, 1), 0, 16);
    assertHolds(store, key(1, 1), 7, 3);
    assertHolds(store, key(1, 1), 15, 1);
  }

  @Test
  void readsAColumnOfTheGreatestLength() {
    for (int from = 0; from < ShardStore.MAX_BLOCKS; from += ShardStore.MAX_PUT_BLOCKS) {
      put(store, key(1, 1), from, ShardStore.MAX_PUT_BLOCKS);
    }
    assertHolds(store, key(1, 1), 0, ShardStore.MAX_BLOCKS);
  }

  @Test
  void tellsAbsentBlocksFromAnAbsentColumn() {
    put(store, key(1, 1), 2, 1);
    assertThat(read(store, key(1, 1), 1, 3))
        .containsExactly(Status.ABSENT, Status.OK, Status.ABSENT);
    assertRefused(NodeError.NOT_FOUND, () -> store.read(key(1, 2), 0, 1));
  }

  @Test
  void takesBlocksInAnyOrder() {
    put(store, key(1, 1), 9, 2);
    put(store, key(1, 1), 0, 2);
    assertHolds(store, key(1, 1), 9, 2);
    assertHolds(store, key(1, 1), 0, 2);
  }

  @Test
  void takesTheSamePutAgain() {
    put(store, key(1, 1), 0, 3);
    long sequence = store.status().forcedSequence();
    put(store, key(1, 1), 0, 3);
    put(store, key(1, 1), 1, 4);
    assertHolds(store, key(1, 1), 0, 5);
    assertThat(store.status().forcedSequence() - sequence).as("only what was missing").isEqualTo(2);
  }

  @Test
  void takesTheSamePutAgainAfterItWasClosed() {
    put(store, key(1, 1), 0, 3);
    reopen();
    put(store, key(1, 1), 0, 3);
    reopen();
    assertHolds(store, key(1, 1), 0, 3);
  }

  @Test
  void refusesOtherBytesAndStoresNothingOfThatPut() {
    put(store, key(1, 1), 0, 1);
    assertRefused(
        NodeError.OTHER_BYTES,
        () ->
            store.put(key(1, 1), ORIGIN, List.of(block(key(1, 1), 1, 0), block(key(1, 1), 0, 1))));
    assertThat(read(store, key(1, 1), 0, 2)).containsExactly(Status.OK, Status.ABSENT);
  }

  @Test
  void refusesOtherBytesAfterItWasClosed() {
    put(store, key(1, 1), 0, 1);
    reopen();
    assertRefused(
        NodeError.OTHER_BYTES, () -> store.put(key(1, 1), ORIGIN, List.of(block(key(1, 1), 0, 1))));
    assertHolds(store, key(1, 1), 0, 1);
  }

  @Test
  void refusesAnotherFileOrLayoutInTheSameColumn() {
    put(store, key(1, 1), 0, 1);
    Origin otherFile = new Origin(new ObjectHash("00".repeat(32)), ORIGIN.layout());
    Origin otherLayout = new Origin(ORIGIN.hash(), new Layout(2, 2, 4096, 1));
    for (Origin origin : List.of(otherFile, otherLayout)) {
      assertRefused(
          NodeError.OTHER_BYTES, () -> store.put(key(1, 1), origin, blocks(key(1, 1), 1, 1)));
    }
  }

  @Test
  void refusesAPutThatIsTooLargeOrEmptyOrTwofold() {
    ShardKey key = key(1, 1);
    List<BlockShard> twice = List.of(block(key, 0, 0), block(key, 0, 0));
    for (List<BlockShard> bad :
        List.of(List.<BlockShard>of(), blocks(key, 0, 17), blocks(key, 256, 1), twice)) {
      assertRefused(NodeError.BAD_REQUEST, () -> store.put(key, ORIGIN, bad));
    }
    assertRefused(NodeError.NOT_FOUND, () -> store.read(key, 0, 1));
  }

  @Test
  void refusesAShardThatTheLayoutDoesNotHave() {
    ShardKey key = new ShardKey(key(1, 1).extent(), 3, 1);
    assertRefused(NodeError.BAD_REQUEST, () -> put(store, key, 0, 1));
  }

  @Test
  void refusesARangeOutsideOfAColumn() {
    put(store, key(1, 1), 0, 1);
    assertRefused(NodeError.BAD_REQUEST, () -> store.read(key(1, 1), 0, 0));
    assertRefused(NodeError.BAD_REQUEST, () -> store.read(key(1, 1), -1, 2));
    assertRefused(NodeError.BAD_REQUEST, () -> store.read(key(1, 1), 255, 2));
  }

  @Test
  void keepsAttemptsSideBySideAndDeletesExactlyOne() {
    put(store, key(1, 1), 0, 1);
    put(store, key(1, 2), 0, 2);
    store.delete(key(1, 1));
    assertRefused(NodeError.NOT_FOUND, () -> store.read(key(1, 1), 0, 1));
    assertHolds(store, key(1, 2), 0, 2);
    reopen();
    assertRefused(NodeError.NOT_FOUND, () -> store.read(key(1, 1), 0, 1));
    assertHolds(store, key(1, 2), 0, 2);
  }

  @Test
  void deletesWhatIsNotThere() {
    store.delete(key(1, 1));
    put(store, key(1, 1), 0, 1);
    store.delete(key(1, 1));
    store.delete(key(1, 1));
    assertThat(store.inventory("", 10).rows()).isEmpty();
  }

  @Test
  void takesAColumnAgainThatWasDeleted() {
    put(store, key(1, 1), 0, 3);
    store.delete(key(1, 1));
    put(store, key(1, 1), 1, 1);
    assertThat(read(store, key(1, 1), 0, 3))
        .containsExactly(Status.ABSENT, Status.OK, Status.ABSENT);
  }

  @Test
  void goesOnReadingAColumnThatIsDeleted() {
    put(store, key(1, 1), 0, 16);
    try (ShardRead read = store.read(key(1, 1), 0, 16)) {
      store.delete(key(1, 1));
      assertThat(read.payload(15)).isEqualTo(block(key(1, 1), 15, 0).payload());
    }
  }

  @Test
  void verifiesWhatIsIntact() {
    put(store, key(1, 1), 0, 3);
    assertThat(store.verify(key(1, 1))).isEqualTo(new Verification(3, List.of(), 0));
    assertRefused(NodeError.NOT_FOUND, () -> store.verify(key(2, 1)));
  }

  @Test
  void listsEachColumnOnce() {
    List<String> parts = new ArrayList<>();
    for (int part = 1; part <= 30; part++) {
      put(store, key(part, 7), 0, 1);
      parts.add(key(part, 7).extent().part().toString());
    }
    for (int limit : List.of(1, 7, 30, 31)) {
      assertThat(inventory(limit))
          .extracting(StoredColumn::part)
          .containsExactlyInAnyOrderElementsOf(parts);
    }
    StoredColumn first = inventory(30).getFirst();
    assertThat(first.attempt()).isEqualTo("0000000000000007");
    assertThat(first.shard()).isEqualTo(1);
    assertThat(first.bytes()).isGreaterThanOrEqualTo(Shards.PAYLOAD);
    assertThat(inventory(30))
        .allSatisfy(
            row -> {
              assertThat(row.hash()).isEqualTo(Shards.ORIGIN.hash());
              assertThat(row.layout()).isEqualTo(Shards.ORIGIN.layout());
            });
  }

  private List<StoredColumn> inventory(int limit) {
    List<StoredColumn> all = new ArrayList<>();
    Page<StoredColumn> page = store.inventory("", limit);
    all.addAll(page.rows());
    while (page.next() != null) {
      page = store.inventory(page.next(), limit);
      all.addAll(page.rows());
    }
    return all;
  }

  @Test
  void refusesAnInventoryThatItCannotGive() {
    assertRefused(NodeError.BAD_REQUEST, () -> store.inventory("../..", 1));
    assertRefused(NodeError.BAD_REQUEST, () -> store.inventory("", 0));
    assertRefused(NodeError.BAD_REQUEST, () -> store.inventory("", 1001));
    assertRefused(NodeError.BAD_REQUEST, () -> store.commits("/etc", 1));
  }

  @Test
  void keepsCommitRecords() {
    store.putCommit(commit(1, State.COMMITTED, "a"));
    store.putCommit(commit(2, State.PREPARED, "b"));
    reopen();
    assertThat(commits(store))
        .containsExactlyInAnyOrder(commit(1, State.COMMITTED, "a"), commit(2, State.PREPARED, "b"));
  }

  @Test
  void tellsWhatIsNewerOfAFileAndNothingElse() {
    ObjectHash file = commit(1, State.PREPARED, "a").hash();
    assertThat(store.commits(file, 0).rows()).isEmpty();
    store.putCommit(commit(1, State.COMMITTED, "a"));
    store.putCommit(commit(2, State.DELETED, "a"));
    store.putCommit(commit(300, State.PREPARED, "b"));
    assertThat(store.commits(file, 0).rows())
        .containsExactly(
            new CommitSummary(2, State.DELETED, 1234),
            new CommitSummary(300, State.PREPARED, 1234));
    assertThat(store.commits(file, 2).rows())
        .containsExactly(new CommitSummary(300, State.PREPARED, 1234));
    assertThat(store.commits(file, 2).next()).isNull();
    assertThat(store.commits(file, 300).rows()).isEmpty();
    assertThat(store.commits(new ObjectHash(file.hex().substring(0, 63) + "0"), 0).rows())
        .as("of another file in the same directory")
        .isEmpty();
    assertRefused(NodeError.BAD_REQUEST, () -> store.commits(file, -1));
  }

  private static CommitRecord deleted(int version) {
    return new CommitRecord(
        1, commit(1, State.DELETED, "a").hash(), version, State.DELETED, 0, "", 1234, List.of());
  }

  @Test
  void keepsWhichFilesAreDeleted() {
    store.putCommit(commit(1, State.COMMITTED, "a"));
    store.putCommit(commit(2, State.DELETED, "a"));
    store.putCommit(commit(2, State.DELETED, "a"));
    reopen();
    assertThat(commits(store)).containsExactly(deleted(2));
    assertThat(store.commits("", 1).next()).isNotNull();
    assertThat(store.commits(String.valueOf(store.commits("", 1).next()), 1).rows()).isEmpty();
  }

  /** A file that is stored and deleted again and again leaves one record. */
  @Test
  void forgetsOlderVersionsOfAFile() {
    for (int version = 1; version < 9; version += 2) {
      store.putCommit(commit(version, State.COMMITTED, "a"));
      store.putCommit(commit(version + 1, State.DELETED, "a"));
    }
    store.putCommit(commit(3, State.COMMITTED, "late"));
    assertThat(commits(store))
        .containsExactlyInAnyOrder(deleted(8), commit(3, State.COMMITTED, "late"));
    store.putCommit(commit(9, State.PREPARED, "a"));
    assertThat(commits(store)).hasSize(3);
    store.putCommit(commit(9, State.COMMITTED, "a"));
    assertThat(commits(store))
        .containsExactlyInAnyOrder(deleted(8), commit(9, State.COMMITTED, "a"));
    store.putCommit(commit(10, State.DELETED, "a"));
    assertThat(commits(store)).containsExactly(deleted(10));
  }

  @Test
  void raisesTheStateOfACommitRecordAndNeverLowersIt() {
    store.putCommit(commit(1, State.PREPARED, "a"));
    store.putCommit(commit(1, State.COMMITTED, "a"));
    assertThat(commits(store)).containsExactly(commit(1, State.COMMITTED, "a"));
    store.putCommit(commit(1, State.PREPARED, "a"));
    assertThat(commits(store)).containsExactly(commit(1, State.COMMITTED, "a"));
  }

  @Test
  void keepsRivalsUntilOneHasWon() {
    store.putCommit(commit(1, State.PREPARED, "a"));
    store.putCommit(commit(1, State.PREPARED, "b"));
    store.putCommit(commit(2, State.PREPARED, "c"));
    assertThat(commits(store)).hasSize(3);
    store.putCommit(commit(1, State.COMMITTED, "b"));
    assertThat(commits(store))
        .extracting(CommitRecord::version, CommitRecord::state)
        .containsExactlyInAnyOrder(tuple(1L, State.COMMITTED), tuple(2L, State.PREPARED));
  }

  @Test
  void neverAnswersALowerSequence() {
    long before = store.checkpoint();
    for (int part = 1; part < 5; part++) {
      put(store, key(part, 1), 0, 2);
      long now = store.checkpoint();
      assertThat(now).isGreaterThan(before).isEqualTo(store.status().forcedSequence());
      reopen();
      assertThat(store.checkpoint()).isEqualTo(now);
      before = now;
    }
  }

  @Test
  void tellsItsState() {
    StoreStatus status = store.status();
    assertThat(status.takesWrites()).isTrue();
    assertThat(status.capacityBytes()).isGreaterThan(status.freeBytes());
  }

  @Test
  void isNotDisturbedByAnInterrupt() {
    Thread.currentThread().interrupt();
    put(store, key(1, 1), 0, 3);
    assertHolds(store, key(1, 1), 0, 3);
    assertThat(Thread.interrupted()).as("the caller's interrupt is kept").isTrue();
  }

  @Test
  void servesManyAtOnce() throws Exception {
    List<Callable<Boolean>> calls = new ArrayList<>();
    for (int i = 0; i < 64; i++) {
      int part = i % 8;
      int from = i / 8;
      calls.add(
          () -> {
            put(store, key(part, 1), from, 3); // overlaps with the neighbours' puts
            assertHolds(store, key(part, 1), from, 3);
            return true;
          });
    }
    try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var done : pool.invokeAll(calls)) {
        assertThat(done.get()).isTrue();
      }
    }
    reopen();
    for (int part = 0; part < 8; part++) {
      assertHolds(store, key(part, 1), 0, 10);
      assertThat(store.verify(key(part, 1)).clean()).isTrue();
    }
  }
}

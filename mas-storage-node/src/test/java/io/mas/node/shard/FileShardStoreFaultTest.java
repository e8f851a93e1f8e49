package io.mas.node.shard;

import static io.mas.node.shard.Shards.PAYLOAD;
import static io.mas.node.shard.Shards.assertHolds;
import static io.mas.node.shard.Shards.assertRefused;
import static io.mas.node.shard.Shards.commit;
import static io.mas.node.shard.Shards.key;
import static io.mas.node.shard.Shards.put;
import static io.mas.node.shard.Shards.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mas.common.protocol.CommitRecord;
import io.mas.common.protocol.CommitRecord.State;
import io.mas.common.protocol.CommitSummary;
import io.mas.common.protocol.NodeError;
import io.mas.common.protocol.Page;
import io.mas.common.protocol.ShardFrame.Status;
import io.mas.common.protocol.StoredColumn;
import io.mas.node.disk.Disk;
import io.mas.node.disk.DiskFullException;
import io.mas.node.disk.DurableFiles;
import io.mas.node.disk.FaultDisk;
import io.mas.node.disk.FaultDisk.Kind;
import io.mas.node.disk.ForceFailedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The contract of faults, and what holds for this store's own files. */
class FileShardStoreFaultTest extends ShardStoreFaultContract {
  private static final int RECORD = RecordFormat.HEADER_BYTES + PAYLOAD;
  private static final String COLUMN = ColumnNames.path(key(1, 1));

  @Override
  ShardStore open(Disk disk) {
    return FileShardStores.open(disk);
  }

  private FaultDisk withColumn(int blocks) {
    FaultDisk disk = new FaultDisk();
    ShardStore store = open(disk);
    put(store, key(1, 1), 0, blocks);
    store.close();
    return disk;
  }

  @Test
  void cutsATailWhereverItIsTorn() {
    FaultDisk disk = withColumn(4);
    byte[] whole = disk.bytes(COLUMN);
    for (int length = 2 * RECORD; length < whole.length; length++) {
      disk.rot(COLUMN, Arrays.copyOf(whole, length));
      ShardStore store = open(disk);
      int left = length / RECORD;
      assertHolds(store, key(1, 1), 0, left);
      assertThat(read(store, key(1, 1), left, 4 - left)).containsOnly(Status.ABSENT);
      put(store, key(1, 1), 0, 4);
      assertHolds(open(disk), key(1, 1), 0, 4);
      assertThat(disk.bytes(COLUMN)).as("the tail is cut").hasSize((left + 4) * RECORD);
      assertThat(open(disk).verify(key(1, 1)).clean()).as("nothing torn is left").isTrue();
    }
  }

  /** What was acknowledged before is served, and nobody is sent here with more. */
  @Test
  void aVolumeThatHasBecomeReadOnlyIsReadAndTakesNothing() {
    FaultDisk disk = new FaultDisk();
    ShardStore store = open(disk);
    put(store, key(1, 1), 0, 4);
    store.putCommit(commit(1, State.COMMITTED, "a"));
    disk.makeReadOnly();
    assertHolds(store, key(1, 1), 0, 4);
    assertThat(store.verify(key(1, 1)).clean()).isTrue();
    assertThat(store.inventory("", 10).rows()).hasSize(1);
    assertThat(store.commits("", 10).rows()).hasSize(1);
    assertRefused(NodeError.IO_ERROR, () -> put(store, key(1, 1), 4, 1));
    assertThat(store.status().takesWrites()).isFalse();
    assertRefused(NodeError.READ_ONLY, () -> put(store, key(1, 2), 0, 1));
    assertHolds(store, key(1, 1), 0, 4);
  }

  /** Bytes are free and no inode is: placement goes by what the node says. */
  @Test
  void aVolumeWithoutRoomForAFileSaysThatNothingIsFree() {
    FaultDisk disk = new FaultDisk();
    ShardStore store = open(disk);
    put(store, key(1, 1), 0, 1);
    assertThat(store.status().freeBytes()).isPositive();
    disk.onEach(
        (_, kind, _) -> {
          if (kind == Kind.CREATE) {
            throw new DiskFullException("the volume is full", new IOException());
          }
        });
    assertRefused(NodeError.FULL, () -> put(store, key(1, 2), 0, 1));
    assertThat(store.status().freeBytes()).isZero();
    assertThat(store.status().takesWrites()).isFalse();
    disk.onEach((_, _, _) -> {});
    store.delete(key(1, 1));
    assertThat(store.status().freeBytes()).isPositive();
    put(store, key(1, 2), 0, 1);
  }

  /** Else a column would be begun there again and again, and given up when the volume is full. */
  @Test
  void aVolumeWithoutRoomForAWholeColumnTakesNoNewOnes() {
    FaultDisk disk = withColumn(1);
    ShardStore store = open(disk);
    disk.setFree((128 << 20) + FileShardStores.SETTINGS.reserveBytes() - 1);
    assertThat(store.status().takesWrites()).isFalse();
    put(store, key(1, 1), 1, 1);
    disk.setFree((128 << 20) + FileShardStores.SETTINGS.reserveBytes());
    assertThat(store.status().takesWrites()).isTrue();
  }

  /** One bad inode is damage, and rebuilt elsewhere; of a disk that fails nothing is known. */
  @Test
  void aColumnThatCannotBeOpenedIsDamagedUnlessTheDiskFails() {
    FaultDisk disk = withColumn(3);
    ShardStore store = open(disk);
    disk.failOpens(COLUMN::equals);
    assertThat(read(store, key(1, 1), 0, 3)).containsOnly(Status.DAMAGED);
    assertRefused(NodeError.IO_ERROR, () -> put(store, key(1, 1), 0, 1));
    disk.failOpens(_ -> true);
    assertRefused(NodeError.IO_ERROR, () -> read(store, key(1, 1), 0, 3));
    disk.failOpens(_ -> false);
    assertHolds(store, key(1, 1), 0, 3);
  }

  /** One bad inode must not hide the columns behind it, and all collections wait for that. */
  @Test
  void aColumnThatCannotBeOpenedIsLeftOutOfTheInventoryAndCounted() {
    FaultDisk disk = new FaultDisk();
    ShardStore store = open(disk);
    for (int shard = 1; shard <= 3; shard++) {
      put(store, key(1, shard), 0, 1);
    }
    disk.failOpens(ColumnNames.path(key(1, 2))::equals);
    Page<StoredColumn> page = store.inventory("", 10);
    assertThat(page.rows())
        .extracting(StoredColumn::key)
        .containsExactlyInAnyOrder(key(1, 1), key(1, 3));
    assertThat(page.damaged()).isEqualTo(1);
    disk.failOpens(_ -> true);
    assertRefused(NodeError.IO_ERROR, () -> store.inventory("", 10));
  }

  @Test
  void aCommitRecordThatCannotBeOpenedCountsAsDamaged() {
    FaultDisk disk = new FaultDisk();
    ShardStore store = open(disk);
    store.putCommit(commit(1, State.COMMITTED, "a"));
    store.putCommit(commit(2, State.PREPARED, "b"));
    String second =
        disk.files().stream()
            .filter(path -> path.contains("-%016x-".formatted(2)))
            .findFirst()
            .orElseThrow();
    disk.failOpens(second::equals);
    Page<CommitRecord> page = store.commits("", 10);
    assertThat(page.rows()).containsExactly(commit(1, State.COMMITTED, "a"));
    assertThat(page.damaged()).isEqualTo(1);
    assertThat(store.commits(commit(1, State.COMMITTED, "a").hash(), 0).rows())
        .contains(CommitSummary.damaged(2));
    disk.failOpens(_ -> true);
    assertRefused(NodeError.IO_ERROR, () -> store.commits("", 10));
  }

  /** Its name tells the version still: whoever asks knows that there is something newer. */
  @Test
  void tellsTheVersionOfACommitRecordThatIsDamaged() {
    FaultDisk disk = new FaultDisk();
    ShardStore store = open(disk);
    CommitRecord commit = commit(3, State.COMMITTED, "a");
    store.putCommit(commit);
    String path =
        disk.files().stream().filter(one -> one.startsWith("commits/")).findFirst().orElseThrow();
    disk.rot(path, new byte[60]);
    Page<CommitSummary> page = store.commits(commit.hash(), 2);
    assertThat(page.rows()).containsExactly(CommitSummary.damaged(3));
    assertThat(page.damaged()).isEqualTo(1);
    assertThat(store.commits(commit.hash(), 3).rows()).as("nothing newer").isEmpty();
  }

  @Test
  void cutsALongTail() {
    FaultDisk disk = withColumn(2);
    disk.rot(COLUMN, Arrays.copyOf(disk.bytes(COLUMN), 9 * RECORD));
    put(open(disk), key(1, 1), 2, 1);
    assertThat(disk.bytes(COLUMN)).hasSize(3 * RECORD);
    assertHolds(open(disk), key(1, 1), 0, 3);
  }

  @Test
  void takesASectorThatCannotBeReadForDamageAndCutsNothing() {
    for (int at : new int[] {5, RECORD + 5, RECORD + 300, 3 * RECORD + 5, 15 * RECORD + 5}) {
      FaultDisk disk = withColumn(16);
      disk.makeUnreadable(COLUMN, at);
      ShardStore store = open(disk);
      List<Status> found = read(store, key(1, 1), 0, 16);
      assertThat(found.get(at / RECORD)).isEqualTo(Status.DAMAGED);
      // Around a bad header a sector's worth of blocks may be missed, never more.
      assertThat(Collections.frequency(found, Status.DAMAGED)).isLessThanOrEqualTo(8);
      assertThat(found).doesNotContain(Status.ABSENT);
      put(store, key(1, 1), 0, 16);
      assertHolds(store, key(1, 1), 0, 16);
      assertThat(disk.bytes(COLUMN)).hasSizeGreaterThan(16 * RECORD);
    }
  }

  @Test
  void readsOnBehindDamageInTheMiddleAndNeverCutsIt() {
    FaultDisk disk = withColumn(5);
    byte[] bytes = disk.bytes(COLUMN);
    Arrays.fill(bytes, RECORD, 2 * RECORD + 5, (byte) 0);
    disk.rot(COLUMN, bytes);
    ShardStore store = open(disk);
    assertThat(read(store, key(1, 1), 0, 5))
        .containsExactly(Status.OK, Status.DAMAGED, Status.DAMAGED, Status.OK, Status.OK);
    assertThat(store.verify(key(1, 1)).unreadableBytes()).isEqualTo(2 * RECORD);
    put(store, key(1, 1), 1, 2);
    assertHolds(store, key(1, 1), 0, 5);
    assertThat(Arrays.copyOf(disk.bytes(COLUMN), bytes.length)).isEqualTo(bytes);
  }

  @Test
  void keepsAColumnOfWhichNothingCanBeRead() {
    FaultDisk disk = withColumn(2);
    byte[] noise = new byte[2 * RECORD];
    disk.rot(COLUMN, noise);
    ShardStore store = open(disk);
    assertThat(read(store, key(1, 1), 0, 2)).containsOnly(Status.DAMAGED);
    put(store, key(1, 1), 0, 2);
    assertHolds(store, key(1, 1), 0, 2);
    assertThat(disk.bytes(COLUMN)).hasSize(4 * RECORD);
  }

  @Test
  void findsARecordThatWasWrittenToTheWrongColumn() {
    FaultDisk disk = withColumn(2);
    ShardStore store = open(disk);
    put(store, key(2, 1), 0, 2);
    disk.rot(COLUMN, disk.bytes(ColumnNames.path(key(2, 1))));
    for (ShardStore s : List.of(store, open(disk))) {
      assertThat(read(s, key(1, 1), 0, 2)).containsOnly(Status.DAMAGED);
    }
  }

  @Test
  void findsARecordOfAnotherNode() {
    FaultDisk disk = withColumn(2);
    VolumeId other = VolumeId.of("cluster-a", "node-2");
    RecordFormat format = new RecordFormat(other);
    ByteBuffer bytes = ByteBuffer.wrap(disk.bytes(COLUMN));
    RecordHeader header =
        new RecordHeader(9, key(1, 1), Shards.ORIGIN, Shards.block(key(1, 1), 0, 0).frame());
    bytes.put(format.encode(header));
    disk.rot(COLUMN, bytes.array());
    assertThat(read(open(disk), key(1, 1), 0, 2)).containsExactly(Status.DAMAGED, Status.OK);
  }

  /** A crash may leave the header of a block that was written again, and not its bytes. */
  @Test
  void ofARecordThatIsTornAndTheOneBeforeItTheWholeOneCounts() {
    FaultDisk disk = withColumn(2);
    byte[] bytes = disk.bytes(COLUMN);
    RecordFormat format = new RecordFormat(VolumeId.of("cluster-a", "node-1"));
    BlockShard torn = Shards.block(key(1, 1), 0, 0);
    for (long sequence : List.of(0L, 9L)) {
      RecordHeader header = new RecordHeader(sequence, key(1, 1), Shards.ORIGIN, torn.frame());
      ByteBuffer appended = ByteBuffer.allocate(bytes.length + RECORD).put(bytes);
      disk.rot(COLUMN, appended.put(format.encode(header)).array());
      assertHolds(open(disk), key(1, 1), 0, 2);
      appended.put(RecordFormat.HEADER_BYTES + 1, (byte) ~bytes[RecordFormat.HEADER_BYTES + 1]);
      disk.rot(COLUMN, appended.array());
      assertThat(read(open(disk), key(1, 1), 0, 2)).containsExactly(Status.DAMAGED, Status.OK);
    }
  }

  /** Equal nodes run out of inodes together: one that could not start again could not delete. */
  @Test
  void withoutAFreeInodeASequenceIsNotedAgainAndAgain() {
    FaultDisk disk = withColumn(1);
    ShardStore store = open(disk);
    List<String> before = disk.files();
    disk.takeFreeInodes();
    for (int block = 1; block <= 10; block++) {
      put(store, key(1, 1), block, 1); // takes no inode
      assertThat(store.checkpoint()).isEqualTo(store.status().forcedSequence());
      assertThat(store.status().takesWrites()).as("a file would find no room").isFalse();
      assertRefused(NodeError.FULL, () -> put(store, key(2, 1), 0, 1));
    }
    assertThat(disk.files()).isEqualTo(before);
    assertHolds(open(disk), key(1, 1), 0, 11);
  }

  @Test
  void aSequenceThatCannotBeNotedIsNotAnnouncedAndTheOneBeforeIs() {
    FaultDisk disk = withColumn(1);
    ShardStore store = open(disk);
    put(store, key(1, 1), 1, 1);
    long announced = store.checkpoint();
    put(store, key(1, 1), 2, 1);
    disk.onEach(
        (_, kind, path) -> {
          if (kind == Kind.CREATE) {
            throw new IOException("Input/output error: " + path);
          }
        });
    assertThat(store.checkpoint()).isEqualTo(announced);
    disk.onEach((_, _, _) -> {});
    assertThat(store.checkpoint()).isGreaterThan(announced);
  }

  /** See {@link DurableFiles#requireSound}. */
  @Test
  void aPutIsNotAcknowledgedWhenAnotherForceHasFailedMeanwhile() {
    FaultDisk disk = withColumn(1);
    DurableFiles files = new DurableFiles(disk);
    ShardStore store = FileShardStores.open(files);
    put(store, key(1, 1), 1, 1); // and so reserves numbers for more
    disk.onEach(
        (_, kind, _) -> {
          if (kind == Kind.FORCE) {
            failAnotherForce(disk, files);
          }
        });
    assertRefused(NodeError.READ_ONLY, () -> put(store, key(1, 1), 2, 1));
  }

  private static void failAnotherForce(FaultDisk disk, DurableFiles files) {
    disk.onEach(
        (_, _, path) -> {
          throw new IOException("Input/output error: " + path);
        });
    assertThatThrownBy(() -> files.forceDirectory("")).isInstanceOf(ForceFailedException.class);
    disk.onEach((_, _, _) -> {});
  }

  @Test
  void neverGivesASequenceNumberTwice() {
    FaultDisk disk = new FaultDisk();
    long last = 0;
    for (int life = 1; life < 20; life++) {
      put(open(disk), key(life, 1), 0, 3);
      disk = disk.crash(new Random(life));
      ByteBuffer column = ByteBuffer.wrap(disk.bytes(ColumnNames.path(key(life, 1))));
      long sequence = column.order(ByteOrder.LITTLE_ENDIAN).getLong(48);
      assertThat(sequence).isGreaterThan(last);
      last = sequence + 2;
    }
  }

  @Test
  void forcesTheNameOfAColumnWhoseCreationIsInDoubt() {
    FaultDisk disk = withColumn(1);
    ShardStore store = open(disk);
    put(store, key(1, 2), 0, 1);
    disk.onEach(
        (_, kind, path) -> {
          if (kind == Kind.FORCE_DIRECTORY) {
            throw new IOException("Input/output error: " + path);
          }
        });
    assertRefused(NodeError.READ_ONLY, () -> put(store, key(1, 3), 0, 1));
    disk.onEach((_, _, _) -> {});
    put(open(disk), key(1, 3), 0, 1);
    for (int seed = 0; seed < 6; seed++) {
      assertHolds(open(disk.crash(new Random(seed))), key(1, 3), 0, 1);
    }
  }

  @Test
  void findsAHeaderThatSpansTwoWindowsOfTheSearch() {
    int windowsEnd = (64 << 10) / RECORD;
    FaultDisk disk = new FaultDisk();
    ShardStore store = open(disk);
    for (int from = 0; from < 112; from += 16) {
      put(store, key(1, 1), from, 16);
    }
    byte[] bytes = disk.bytes(COLUMN);
    // All headers before the one at the window's end are gone; shifted so that it lies across.
    int shift = (64 << 10) - windowsEnd * RECORD - 3 + 1;
    byte[] moved = new byte[bytes.length + shift];
    System.arraycopy(bytes, 0, moved, shift, bytes.length);
    Arrays.fill(moved, 0, shift + windowsEnd * RECORD, (byte) 0);
    disk.rot(COLUMN, moved);
    assertHolds(open(disk), key(1, 1), windowsEnd, 112 - windowsEnd);
  }

  @Test
  void deletesTheTemporaryFilesThatACrashHasLeft() {
    FaultDisk disk = withColumn(1);
    disk.losePowerAfter(disk.operations() + 2);
    ShardStore store = open(disk);
    assertThatThrownBy(() -> put(store, key(2, 1), 0, 1)).isInstanceOf(FaultDisk.PowerLoss.class);
    disk.onEach((_, _, _) -> {});
    assertThat(disk.files()).anyMatch(path -> path.startsWith("tmp/"));
    assertHolds(open(disk), key(1, 1), 0, 1);
    assertThat(disk.files()).noneMatch(path -> path.startsWith("tmp/"));
  }

  @Test
  void refusesShardsWhoseSequenceIsLost() {
    FaultDisk disk = withColumn(1);
    assertThat(Collections.frequency(disk.files(), "sequence")).isEqualTo(1);
    disk.rot("sequence", new byte[3]);
    assertThatThrownBy(() -> open(disk)).hasMessageContaining("'sequence' is damaged");
  }

  @Test
  void noticesAColumnThatSomebodyHasDeletedOrCut() {
    FaultDisk disk = withColumn(3);
    ShardStore store = open(disk);
    assertHolds(store, key(1, 1), 0, 3);
    disk.rot(COLUMN, Arrays.copyOf(disk.bytes(COLUMN), RECORD + 7));
    assertThat(read(store, key(1, 1), 0, 3))
        .containsExactly(Status.OK, Status.ABSENT, Status.ABSENT);
  }
}

package io.mas.node.shard;

import static io.mas.node.shard.Shards.commit;
import static org.assertj.core.api.Assertions.assertThat;

import io.mas.common.object.ObjectHash;
import io.mas.common.protocol.CommitRecord;
import io.mas.common.protocol.CommitRecord.State;
import io.mas.common.protocol.CommitSummary;
import io.mas.node.disk.FaultDisk;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What is left of deleted files, however many there are and whatever happens. */
class TombstonesTest {
  private static final int ROW = 64;
  private static final int IMAGES = 6;
  private static final ObjectHash FILE = commit(1, State.DELETED, "a").hash();

  private static CommitRecord deleted(ObjectHash file, long version) {
    return new CommitRecord(1, file, version, State.DELETED, 0, "", 1234, List.of());
  }

  /** One of the files whose records are in the same directory. */
  private static ObjectHash file(int number) {
    return new ObjectHash("abc%061x".formatted(number));
  }

  private static String path(FaultDisk disk) {
    return disk.files().stream()
        .filter(path -> path.startsWith("commits/") && path.endsWith("/deleted"))
        .findFirst()
        .orElseThrow();
  }

  private static Optional<CommitSummary> last(ShardStore store, ObjectHash file) {
    return store.commits(file, 0).rows().stream()
        .max(Comparator.comparingLong(CommitSummary::version));
  }

  @Test
  void deletedFilesCostNoFilesOfTheirOwn() {
    FaultDisk disk = new FaultDisk();
    ShardStore store = FileShardStores.open(disk);
    store.putCommit(deleted(file(0), 2));
    int files = disk.files().size();
    for (int number = 1; number < 1500; number++) {
      store.putCommit(deleted(file(number), number));
    }
    assertThat(disk.files()).hasSize(files);
    assertThat(disk.bytes(path(disk))).hasSize(1500 * ROW);
    ShardStore next = FileShardStores.open(disk);
    for (int number = 1; number < 1500; number += 100) {
      assertThat(next.commits(file(number), 0).rows())
          .containsExactly(new CommitSummary(number, State.DELETED, 1234));
    }
  }

  @Test
  void aFileThatIsDeletedAgainAndAgainLeavesFewRows() {
    FaultDisk disk = new FaultDisk();
    ShardStore store = FileShardStores.open(disk);
    store.putCommit(deleted(file(7), 5));
    for (int version = 1; version < 3000; version++) {
      store.putCommit(deleted(file(1), version));
    }
    assertThat(disk.bytes(path(disk)).length).isLessThan(1100 * ROW);
    assertThat(last(store, file(1))).contains(new CommitSummary(2999, State.DELETED, 1234));
    assertThat(last(FileShardStores.open(disk), file(7)))
        .contains(new CommitSummary(5, State.DELETED, 1234));
  }

  @Test
  void aTornRowIsWrittenOverAndADamagedOneIsLeftOut() {
    FaultDisk disk = new FaultDisk();
    ShardStore store = FileShardStores.open(disk);
    for (int number = 0; number < 3; number++) {
      store.putCommit(deleted(file(number), 9));
    }
    byte[] bytes = disk.bytes(path(disk));
    bytes[ROW + 20] ^= 1;
    disk.rot(path(disk), Arrays.copyOf(bytes, 2 * ROW + 10));
    assertThat(store.commits("", 10).damaged()).isEqualTo(1);
    assertThat(store.commits(file(0), 0).damaged()).as("any may have been it").isEqualTo(1);
    store.putCommit(deleted(file(3), 9));
    assertThat(last(store, file(0))).isPresent();
    assertThat(last(store, file(1))).as("damaged").isEmpty();
    assertThat(last(store, file(2))).as("torn").isEmpty();
    assertThat(last(store, file(3))).isPresent();
    assertThat(disk.bytes(path(disk))).hasSize(3 * ROW);
  }

  /** Stores and deletes until the power goes; the last version that was acknowledged. */
  private static int goOn(FaultDisk disk) {
    int acknowledged = 0;
    try {
      ShardStore store = FileShardStores.open(disk);
      for (int version = 1; version <= 6; version++) {
        store.putCommit(commit(version, state(version), "a"));
        acknowledged = version;
      }
    } catch (FaultDisk.PowerLoss _) {
      // what was acknowledged until here has to hold
    }
    return acknowledged;
  }

  private static State state(long version) {
    return version % 2 == 1 ? State.COMMITTED : State.DELETED;
  }

  /** Whether an acknowledged record was lost, wherever the power went. */
  private static boolean forgotten(boolean lying) {
    boolean forgotten = false;
    for (int point = 0; point < 120; point++) {
      FaultDisk disk = new FaultDisk();
      disk.losePowerAfter(point);
      if (lying) {
        disk.lieAboutForces();
      }
      int acknowledged = goOn(disk);
      for (int seed = 0; seed < IMAGES; seed++) {
        forgotten |= !holds(disk.crash(new Random(seed)), acknowledged);
      }
    }
    return forgotten;
  }

  private static boolean holds(FaultDisk image, int acknowledged) {
    try {
      Optional<CommitSummary> last = last(FileShardStores.open(image), FILE);
      return last.map(CommitSummary::version).orElse(0L) >= acknowledged
          && last.stream().allMatch(row -> row.state() == state(row.version()));
    } catch (ShardStoreException _) {
      return false;
    }
  }

  @Test
  void whatWasAcknowledgedIsNeverForgotten() {
    assertThat(forgotten(false)).isFalse();
    assertThat(forgotten(true)).as("the control").isTrue();
  }
}

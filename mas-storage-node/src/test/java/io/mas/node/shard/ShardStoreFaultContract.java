package io.mas.node.shard;

import static io.mas.node.shard.Shards.assertHolds;
import static io.mas.node.shard.Shards.assertRefused;
import static io.mas.node.shard.Shards.commit;
import static io.mas.node.shard.Shards.commits;
import static io.mas.node.shard.Shards.key;
import static io.mas.node.shard.Shards.put;
import static io.mas.node.shard.Shards.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mas.common.object.ShardKey;
import io.mas.common.protocol.CommitRecord.State;
import io.mas.common.protocol.NodeError;
import io.mas.common.protocol.ShardFrame.Status;
import io.mas.node.disk.Disk;
import io.mas.node.disk.DiskFullException;
import io.mas.node.disk.FaultDisk;
import io.mas.node.disk.FaultDisk.Kind;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What every {@link ShardStore} keeps when its disk fails, or the power does (I2, I12). */
abstract class ShardStoreFaultContract {
  /** Crash images tried for each point in the script. */
  private static final int IMAGES = 12;

  /** Opens the store on a disk, with a reserve of 1000 bytes; it is not always closed. */
  abstract ShardStore open(Disk disk);

  @Test
  void keepsEverythingAcknowledgedWhereverThePowerGoes() {
    int points = 0;
    for (boolean finished = false; !finished; points++) {
      finished = crashAfter(points, false);
    }
    assertThat(points).as("points tried").isGreaterThan(60);
  }

  @Test
  void wouldLoseSomethingOnADiskThatLiesAboutForces() {
    Set<Integer> losses = new HashSet<>();
    for (int point = 0; point < 60; point++) {
      try {
        crashAfter(point, true);
      } catch (AssertionError | ShardStoreException _) {
        losses.add(point);
      }
    }
    assertThat(losses).as("points at which the negative control fails").hasSizeGreaterThan(10);
  }

  /** Whether the script came to its end before. */
  private boolean crashAfter(int operation, boolean lying) {
    FaultDisk disk = new FaultDisk();
    CrashScript script = new CrashScript();
    disk.losePowerAfter(operation);
    if (lying) {
      disk.lieAboutForces();
    }
    runFromTheStart(disk, script);
    boolean finished = script.finished();
    for (int image = 0; image < IMAGES; image++) {
      long seed = operation * 1000L + image;
      try {
        check(disk.crash(new Random(seed)), script);
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("crash after operation %d, seed %d".formatted(operation, seed), e);
      }
    }
    return finished;
  }

  private void runFromTheStart(FaultDisk disk, CrashScript script) {
    try {
      script.run(open(disk));
    } catch (FaultDisk.PowerLoss _) {
      // it went while the store was opened: nothing is acknowledged
    }
  }

  /** What holds after a crash holds too when everything is done again, and after the next start. */
  private void check(FaultDisk image, CrashScript script) {
    script.check(open(image));
    CrashScript again = new CrashScript();
    again.run(open(image));
    assertThat(again.finished()).isTrue();
    again.check(open(image.crash(new Random(1))));
  }

  @Test
  void aFailedForceIsFinalUntilTheNextStart() {
    FaultDisk disk = new FaultDisk();
    ShardStore store = open(disk);
    put(store, key(1, 1), 0, 2);
    failForces(disk);
    assertRefused(NodeError.READ_ONLY, () -> put(store, key(1, 1), 2, 2));
    disk.onEach((_, _, _) -> {});
    assertRefused(NodeError.READ_ONLY, () -> put(store, key(2, 1), 0, 1));
    assertRefused(NodeError.READ_ONLY, () -> store.putCommit(commit(1, State.PREPARED, "a")));
    assertThat(store.status().takesWrites()).isFalse();
    assertHolds(store, key(1, 1), 0, 2);
    ShardStore next = open(disk);
    put(next, key(2, 1), 0, 1);
    assertHolds(next, key(1, 1), 0, 2);
  }

  @Test
  void deletesAndReadsGoOnAfterAFailedForce() {
    FaultDisk disk = new FaultDisk();
    ShardStore store = open(disk);
    put(store, key(1, 1), 0, 2);
    put(store, key(2, 1), 0, 2);
    failForces(disk);
    assertRefused(NodeError.READ_ONLY, () -> put(store, key(3, 1), 0, 1));
    disk.onEach((_, _, _) -> {});
    store.delete(key(2, 1));
    assertRefused(NodeError.NOT_FOUND, () -> store.read(key(2, 1), 0, 1));
    assertHolds(store, key(1, 1), 0, 2);
  }

  /**
   * The bytes of a failed force look as if they were there until the power goes. A repeat after the
   * next start must not be acknowledged on the strength of that.
   */
  @Test
  void doesNotBelieveAfterARestartWhatAFailedForceLeftInTheCache() {
    for (Kind forceThatFails : new Kind[] {Kind.FORCE, Kind.FORCE_DIRECTORY}) {
      FaultDisk disk = new FaultDisk();
      ShardStore store = open(disk);
      put(store, key(1, 1), 0, 2);
      failing(disk, forceThatFails);
      assertRefused(NodeError.READ_ONLY, () -> put(store, key(1, 1), 2, 2));
      assertRefused(NodeError.READ_ONLY, () -> put(store, key(2, 1), 0, 2));
      disk.onEach((_, _, _) -> {});
      ShardStore next = open(disk);
      put(next, key(1, 1), 0, 4);
      put(next, key(2, 1), 0, 2);
      for (int seed = 0; seed < IMAGES; seed++) {
        ShardStore last = open(disk.crash(new Random(seed)));
        assertHolds(last, key(1, 1), 0, 4);
        assertHolds(last, key(2, 1), 0, 2);
      }
    }
  }

  private static void failForces(FaultDisk disk) {
    disk.onEach(
        (_, kind, path) -> {
          if (kind == Kind.FORCE || kind == Kind.FORCE_DIRECTORY) {
            throw new IOException("Input/output error: " + path);
          }
        });
  }

  private static void failing(FaultDisk disk, Kind failing) {
    disk.onEach(
        (_, kind, path) -> {
          boolean append = kind == Kind.FORCE && !path.startsWith("tmp/");
          if (kind == failing || append) {
            throw new IOException("Input/output error: " + path);
          }
        });
  }

  @Test
  void refusesPutsWhenTheVolumeIsFullAndGoesOnWithTheRest() {
    FaultDisk disk = new FaultDisk();
    ShardStore store = open(disk);
    put(store, key(1, 1), 0, 2);
    put(store, key(2, 1), 0, 2);
    disk.setFree(1500);
    assertRefused(NodeError.FULL, () -> put(store, key(3, 1), 0, 1));
    store.delete(key(2, 1));
    assertHolds(store, key(1, 1), 0, 2);
    disk.setFree(900);
    assertThat(store.status().takesWrites()).isFalse();
    assertRefused(NodeError.FULL, () -> store.putCommit(commit(1, State.COMMITTED, "a")));
    store.putCommit(commit(2, State.DELETED, "a")); // whoever makes room deletes
    disk.setFree(100_000);
    put(store, key(3, 1), 0, 1);
    assertHolds(store, key(3, 1), 0, 1);
  }

  @Test
  void survivesAVolumeThatIsFullerThanItSaid() {
    FaultDisk disk = new FaultDisk();
    ShardStore store = open(disk);
    put(store, key(1, 1), 0, 2);
    disk.onEach(
        (_, kind, path) -> {
          if (kind == Kind.WRITE) {
            throw new DiskFullException("No space left on device: " + path);
          }
        });
    assertRefused(NodeError.FULL, () -> put(store, key(1, 1), 2, 2));
    assertRefused(NodeError.FULL, () -> put(store, key(2, 1), 0, 2));
    assertThat(store.status().takesWrites()).isFalse();
    disk.onEach((_, _, _) -> {});
    put(store, key(1, 1), 3, 1);
    put(store, key(2, 1), 0, 2);
    assertThat(store.status().takesWrites()).isTrue();
    assertThat(read(store, key(1, 1), 0, 4))
        .containsExactly(Status.OK, Status.OK, Status.ABSENT, Status.OK);
  }

  @Test
  void survivesAnyOperationThatFails() {
    for (int failing = 1; failing < 80; failing++) {
      FaultDisk disk = new FaultDisk();
      ShardStore store = open(disk);
      put(store, key(1, 1), 0, 2);
      int last = disk.operations() + failing;
      disk.onEach(
          (number, kind, path) -> {
            if (number == last && kind != Kind.FORCE && kind != Kind.FORCE_DIRECTORY) {
              throw new IOException("Input/output error: " + path);
            }
          });
      for (int round = 0; round < 2; round++) {
        attempt(store, key(1, 1), 2, 3);
        attempt(store, key(2, 1), 0, 3);
        attempt(store, key(3, 1), 0, 3);
      }
      assertHolds(store, key(1, 1), 0, 5);
      assertHolds(store, key(2, 1), 0, 3);
      assertHolds(open(disk.crash(new Random(failing))), key(3, 1), 0, 3);
    }
  }

  private static void attempt(ShardStore store, ShardKey key, int from, int count) {
    try {
      put(store, key, from, count);
    } catch (ShardStoreException e) {
      assertThat(e.error()).isEqualTo(NodeError.IO_ERROR);
    }
  }

  @Test
  void neverGivesOutWrongBytesWhicheverByteIsFlipped() {
    FaultDisk disk = new FaultDisk();
    ShardStore before = open(disk);
    put(before, key(1, 1), 0, 3);
    before.putCommit(commit(1, State.COMMITTED, "a"));
    before.close();
    int noticed = 0;
    int flips = 0;
    List<String> paths =
        disk.files().stream().filter(path -> !path.startsWith("reserve/")).toList();
    for (String path : paths) {
      byte[] bytes = disk.bytes(path);
      for (int at = 0; at < bytes.length; at++) {
        bytes[at] ^= (byte) (1 << (at % 8));
        disk.rot(path, bytes);
        bytes[at] ^= (byte) (1 << (at % 8));
        noticed += harmed(disk) ? 1 : 0;
        flips++;
      }
      disk.rot(path, bytes);
    }
    // The negative control: nearly every flip harms something, so the test did look.
    assertThat(noticed).isGreaterThan(flips * 9 / 10);
    assertThat(harmed(disk)).isFalse();
  }

  /** Whether anything is missing; asserts that nothing is wrong. */
  private boolean harmed(FaultDisk disk) {
    try {
      ShardStore store = open(disk);
      var commits = commits(store);
      assertThat(commits).isSubsetOf(commit(1, State.COMMITTED, "a"));
      return read(store, key(1, 1), 0, 3).stream().anyMatch(s -> s != Status.OK)
          || commits.isEmpty();
    } catch (ShardStoreException _) {
      return true;
    }
  }

  @Test
  void appendsARottedBlockAgain() {
    FaultDisk disk = new FaultDisk();
    ShardStore store = open(disk);
    put(store, key(1, 1), 0, 3);
    rotPayloads(disk);
    assertThat(read(store, key(1, 1), 0, 3)).containsOnly(Status.DAMAGED);
    assertThat(store.verify(key(1, 1)).damaged()).containsExactly(0, 1, 2);
    put(store, key(1, 1), 1, 1);
    assertThat(read(store, key(1, 1), 0, 3))
        .containsExactly(Status.DAMAGED, Status.OK, Status.DAMAGED);
    put(store, key(1, 1), 0, 3);
    assertHolds(store, key(1, 1), 0, 3);
    assertHolds(open(disk), key(1, 1), 0, 3);
    assertThatThrownBy(() -> rotPayloads(new FaultDisk())).isInstanceOf(AssertionError.class);
  }

  /** Flips a bit in the payload of each block of the column, wherever the store keeps it. */
  private static void rotPayloads(FaultDisk disk) {
    int found = 0;
    for (String path : disk.files()) {
      byte[] bytes = disk.bytes(path);
      for (int block = 0; block < 3; block++) {
        byte[] payload = Shards.block(key(1, 1), block, 0).payload().array();
        for (int at = 0; at + payload.length <= bytes.length; at++) {
          if (Arrays.equals(bytes, at, at + payload.length, payload, 0, payload.length)) {
            bytes[at + 300] ^= 4;
            found++;
          }
        }
      }
      disk.rot(path, bytes);
    }
    assertThat(found).as("payloads found on the disk").isEqualTo(3);
  }
}

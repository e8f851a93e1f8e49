package io.mas.node.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mas.common.cluster.NodeIdentity;
import io.mas.node.disk.Ballast;
import io.mas.node.disk.Disk;
import io.mas.node.disk.DiskFile;
import io.mas.node.disk.DurableFiles;
import io.mas.node.disk.FaultDisk;
import io.mas.node.disk.FaultDisk.Kind;
import io.mas.node.membership.Volume.Sight;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

final class IdentityFileTest {
  private final FaultDisk disk = new FaultDisk();
  private final Random random = new Random(1);

  private NodeIdentity begin(Disk on, String cluster) {
    return new IdentityFile(new DurableFiles(on), random).begin(cluster);
  }

  private NodeIdentity begin() {
    return begin(disk, "cluster-a");
  }

  private void assertRefused(String message, ThrowingCallable call) {
    byte[] before = disk.files().contains(IdentityFile.NAME) ? disk.bytes(IdentityFile.NAME) : null;
    assertThatThrownBy(call)
        .isInstanceOf(NodeStartException.class)
        .hasMessageContaining(message)
        .satisfies(e -> assertThat(((NodeStartException) e).action()).isNotBlank());
    if (before != null) {
      assertThat(disk.bytes(IdentityFile.NAME)).as("untouched").isEqualTo(before);
    }
  }

  @Test
  void raisesTheCounterAtEachStartAndKeepsTheNode() {
    NodeIdentity first = begin();
    NodeIdentity second = begin();
    assertThat(first.counter()).isEqualTo(1);
    assertThat(second.counter()).isEqualTo(2);
    assertThat(second.nodeId()).isEqualTo(first.nodeId());
    assertThat(second.bootId()).isNotEqualTo(first.bootId());
  }

  /** Only a node that runs can delete: one without a free inode must begin its next life. */
  @Test
  void beginsOnAVolumeWithNothingFree() throws IOException {
    begin();
    new Ballast(new DurableFiles(disk)).fill();
    List<String> before = disk.files();
    disk.takeFreeInodes();
    for (int life = 2; life < 12; life++) {
      assertThat(begin().counter()).isEqualTo(life);
    }
    assertThat(disk.files()).as("with its ballast").isEqualTo(before);
  }

  /** Another volume's directory in its place, or an older copy: no shard in it is of this life. */
  @Test
  void isThereAsLongAsTheIdentityIsThatOfThisLife() {
    IdentityFile file = new IdentityFile(new DurableFiles(disk), random);
    file.begin("cluster-a");
    byte[] own = disk.bytes(IdentityFile.NAME);
    assertThat(file.look()).isEqualTo(Sight.THERE);
    FaultDisk other = new FaultDisk();
    begin(other, "cluster-a");
    disk.rot(IdentityFile.NAME, other.bytes(IdentityFile.NAME));
    assertThat(file.look()).as("another volume").isEqualTo(Sight.GONE);
    disk.rot(IdentityFile.NAME, own);
    assertThat(file.look()).isEqualTo(Sight.THERE);
    begin();
    assertThat(file.look()).as("a later life").isEqualTo(Sight.GONE);
    disk.rot(IdentityFile.NAME, new byte[] {1, 2, 3});
    assertThat(file.look()).as("damage says nothing").isEqualTo(Sight.THERE);
    disk.failOpens(_ -> true);
    assertThat(file.look()).isEqualTo(Sight.UNREADABLE);
  }

  @Test
  void neverGivesTheSameCounterTwiceWhereverThePowerGoes() {
    for (int point = 0; point < 20; point++) {
      FaultDisk trial = new FaultDisk();
      NodeIdentity first = begin(trial, "cluster-a");
      trial.losePowerAfter(trial.operations() + point);
      long given = first.counter();
      try {
        given = begin(trial, "cluster-a").counter();
      } catch (FaultDisk.PowerLoss _) {
        // the second life did not begin
      }
      for (int seed = 0; seed < 6; seed++) {
        NodeIdentity next = begin(trial.crash(new Random(seed)), "cluster-a");
        assertThat(next.counter()).isGreaterThan(given);
        assertThat(next.nodeId()).isEqualTo(first.nodeId());
      }
    }
  }

  @Test
  void beginsAgainWhenThePowerGoesAtTheFirstStart() {
    for (int point = 0; !beginsWithPowerUntil(point); point++) {
      assertThat(point).as("operations of a start").isLessThan(30);
    }
  }

  private boolean beginsWithPowerUntil(int point) {
    FaultDisk trial = new FaultDisk();
    trial.losePowerAfter(point);
    boolean begun = true;
    try {
      begin(trial, "cluster-a");
    } catch (FaultDisk.PowerLoss _) {
      begun = false;
    }
    for (int seed = 0; seed < 6; seed++) {
      assertThat(begin(trial.crash(new Random(seed)), "cluster-a").counter()).isPositive();
    }
    return begun;
  }

  @Test
  void refusesAnotherCluster() {
    begin();
    assertRefused("belongs to cluster 'cluster-a'", () -> begin(disk, "cluster-b"));
  }

  @Test
  void refusesANewerFormat() {
    begin();
    String text = new String(disk.bytes(IdentityFile.NAME), StandardCharsets.UTF_8);
    disk.rot(
        IdentityFile.NAME,
        text.replace("\"format\":1", "\"format\":2").getBytes(StandardCharsets.UTF_8));
    assertRefused("format 2, this build knows format 1", this::begin);
  }

  @Test
  void refusesAnIdentityOfWhichAnyByteIsWrong() {
    begin();
    byte[] bytes = disk.bytes(IdentityFile.NAME);
    for (int at = 0; at < bytes.length; at++) {
      bytes[at] ^= 1;
      disk.rot(IdentityFile.NAME, bytes);
      assertThatThrownBy(this::begin).as("byte %d", at).isInstanceOf(NodeStartException.class);
      bytes[at] ^= 1;
    }
    disk.rot(IdentityFile.NAME, bytes);
    assertThat(begin().counter()).isEqualTo(2);
  }

  @Test
  void refusesADirectoryThatHoldsSomethingElse() throws IOException {
    disk.createDirectory("shards");
    assertRefused("it holds 'shards'", this::begin);
  }

  @Test
  void beginsOnANewFileSystem() throws IOException {
    disk.createDirectory("lost+found");
    assertThat(begin().counter()).isEqualTo(1);
  }

  @Test
  void refusesATemporaryFolderThatIsNotOurs() throws IOException {
    disk.createDirectory("tmp");
    try (DiskFile file = disk.create("tmp/thesis")) {
      assertThat(file.size()).isZero();
    }
    assertRefused("tmp/thesis", this::begin);
  }

  @Test
  void doesNotStartWhenTheCounterCannotBeForced() {
    begin();
    disk.onEach(
        (_, kind, _) -> {
          if (kind == Kind.FORCE) {
            throw new IOException("Input/output error");
          }
        });
    assertRefused("cannot be read or written", this::begin);
  }
}

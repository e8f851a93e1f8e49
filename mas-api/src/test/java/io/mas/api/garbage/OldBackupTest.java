package io.mas.api.garbage;

import static org.assertj.core.api.Assertions.assertThat;

import io.mas.api.metadata.FileDocument;
import io.mas.api.metadata.MetadataStore;
import io.mas.api.metadata.RocksMetadataStore;
import io.mas.api.metadata.UploadDocument;
import io.mas.api.nodes.SimulatedNodes;
import io.mas.api.object.Committer;
import io.mas.api.object.ObjectWorld;
import io.mas.api.object.ProtocolRule;
import io.mas.api.object.StoredPart;
import io.mas.common.object.ObjectHash;
import io.mas.common.protocol.CommitRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.FileSystemUtils;

/**
 * The metadata are those of a backup, the nodes are not. What a commit record knows more of is not
 * deleted, whichever way it comes to the collection; each test shows that it is deleted if the
 * records are not asked.
 */
@Timeout(60)
class OldBackupTest {
  private static final byte[] CONTENT = ObjectWorld.random(1, 2 * ObjectWorld.BLOCK);
  private static final ObjectHash HASH = ObjectWorld.hash(CONTENT);
  private static final Duration LONG = Duration.ofDays(400);

  @TempDir Path directory;
  private int runs;

  /** What happens before a backup, or between it and the day when it is needed. */
  private interface Past extends Consumer<GarbageWorld> {}

  /** How many copies outlive two sweeps, the first after so long. */
  private int copiesLeft(Set<ProtocolRule> rules, Past before, Past after, Duration later)
      throws IOException {
    Path now = directory.resolve("now-" + ++runs);
    Path backup = directory.resolve("backup-" + runs);
    SimulatedNodes nodes = new SimulatedNodes();
    long time = lived(now, nodes, before);
    FileSystemUtils.copyRecursively(now, backup);
    time = Math.max(time, lived(now, nodes, after));
    try (MetadataStore store = RocksMetadataStore.open(backup);
        GarbageWorld world = new GarbageWorld(store, nodes, rules)) {
      world.objects.time.set(time);
      world.later(later);
      world.later(Duration.ofHours(1));
      return nodes.copies().size();
    }
  }

  private static long lived(Path metadata, SimulatedNodes nodes, Past past) {
    try (MetadataStore store = RocksMetadataStore.open(metadata);
        GarbageWorld world = new GarbageWorld(store, nodes, ProtocolRule.ALL)) {
      past.accept(world);
      return world.objects.time.get();
    }
  }

  private void protects(Past before, Past after) throws IOException {
    assertThat(copiesLeft(ProtocolRule.ALL, before, after, LONG)).isEqualTo(6);
    assertThat(copiesLeft(GarbageWorld.withoutRecords(), before, after, LONG))
        .as("without its rule nothing is left to rebuild the file from")
        .isZero();
  }

  private static void nothing(GarbageWorld world) {
    world.pass(Duration.ofSeconds(1));
  }

  private static void stored(GarbageWorld world) {
    assertThat(world.objects.store(CONTENT).hash()).isEqualTo(HASH);
    world.awaitRecords();
  }

  // What comes by the inventories

  @Test
  void whatACommittedRecordNamesOutlivesMetadataOfAnOldBackup() throws IOException {
    protects(OldBackupTest::nothing, OldBackupTest::stored);
  }

  @Test
  void whatAPreparedRecordNamesIsKeptForSevenDays() throws IOException {
    Past prepared =
        world -> {
          FileDocument file = world.objects.store(CONTENT);
          world.awaitRecords();
          world.objects.nodes.loseRecords();
          world.objects.nodes.putRecord("node-3", record(file, 0, CommitRecord.State.PREPARED));
        };
    assertThat(copiesLeft(ProtocolRule.ALL, OldBackupTest::nothing, prepared, Duration.ofDays(6)))
        .isEqualTo(6);
    assertThat(copiesLeft(ProtocolRule.ALL, OldBackupTest::nothing, prepared, Duration.ofDays(8)))
        .isZero();
  }

  @Test
  void aRecordThatIsDamagedMayBeAny() throws IOException {
    protects(
        OldBackupTest::nothing,
        world -> {
          stored(world);
          for (int i = 1; i <= 9; i++) {
            world.objects.nodes.damageRecords("node-" + i);
          }
        });
  }

  @Test
  void oneWholeRecordIsEnoughThoughANodeIsAway() throws IOException {
    protects(
        OldBackupTest::nothing,
        world -> {
          FileDocument file = world.objects.store(CONTENT);
          world.awaitRecords();
          world.objects.nodes.loseRecords();
          world.objects.nodes.putRecord("node-7", record(file, 0, CommitRecord.State.COMMITTED));
        });
  }

  @Test
  void aDeletedRecordOfAHigherVersionReleases() throws IOException {
    Past deleted =
        world -> {
          FileDocument file = world.objects.store(CONTENT);
          world.awaitRecords();
          world.objects.nodes.putRecord("node-9", record(file, 1, CommitRecord.State.DELETED));
        };
    assertThat(copiesLeft(ProtocolRule.ALL, OldBackupTest::nothing, deleted, LONG)).isZero();
  }

  @Test
  void aDeletedRecordReleasesNothingThatWasStoredAgainSince() throws IOException {
    protects(
        OldBackupTest::nothing,
        world -> {
          FileDocument file = world.objects.store(CONTENT);
          world.awaitRecords();
          world.objects.nodes.putRecord("node-9", record(file, 1, CommitRecord.State.DELETED));
          world.objects.nodes.putRecord("node-2", record(file, 2, CommitRecord.State.COMMITTED));
        });
  }

  /** As when one backup was restored twice: versions begin again below that of the deletion. */
  @Test
  void aDeletedRecordOfAnEarlierFileReleasesNothingThatWasStoredLater() throws IOException {
    protects(
        OldBackupTest::nothing,
        world -> {
          FileDocument file = world.objects.store(CONTENT);
          world.awaitRecords();
          FileDocument earlier =
              new FileDocument(
                  HASH,
                  file.version(),
                  FileDocument.State.LIVE,
                  file.size(),
                  file.name(),
                  file.time() - Duration.ofHours(1).toMillis(),
                  file.parts());
          world.objects.nodes.putRecord("node-9", record(earlier, 6, CommitRecord.State.DELETED));
        });
  }

  // What comes by notes and uploads that the backup holds

  @Test
  void chunksThatWereCommittedSinceOutliveTheEndOfTheirUploadInTheBackup() throws IOException {
    StoredPart[] part = new StoredPart[1];
    protects(
        world -> {
          part[0] = world.objects.write(CONTENT);
          world.lists(HASH, part[0], UploadDocument.State.OPEN);
        },
        world -> commit(world, part[0]));
  }

  @Test
  void chunksOfAnUploadThatTheBackupHoldsAsAbortedAreAskedForToo() throws IOException {
    StoredPart[] part = new StoredPart[1];
    protects(
        world -> {
          part[0] = world.objects.write(CONTENT);
          world.lists(HASH, part[0], UploadDocument.State.ABORTED);
        },
        world -> commit(world, part[0]));
  }

  @Test
  void aPartThatTheBackupNotesAsGarbageIsAskedForToo() throws IOException {
    StoredPart[] part = new StoredPart[1];
    protects(
        world -> {
          part[0] = world.objects.write(CONTENT);
          world.objects.room.parts().leaveToCollect(HASH, List.of(part[0].id()));
        },
        world -> commit(world, part[0]));
  }

  /** The control of those above: it is the record that protects, and nothing else. */
  @Test
  void whatWasNeverCommittedIsCollected() throws IOException {
    Past listed =
        world -> world.lists(HASH, world.objects.write(CONTENT), UploadDocument.State.OPEN);
    assertThat(copiesLeft(ProtocolRule.ALL, listed, OldBackupTest::nothing, LONG)).isZero();
  }

  private static void commit(GarbageWorld world, StoredPart part) {
    FileDocument file =
        new FileDocument(
            HASH,
            1,
            FileDocument.State.LIVE,
            CONTENT.length,
            "name",
            world.objects.time.get(),
            part.rows());
    assertThat(world.objects.room.parts().committer().commit(file, part.nodes()))
        .isInstanceOf(Committer.Mine.class);
    world.awaitRecords();
  }

  private static CommitRecord record(FileDocument file, int later, CommitRecord.State state) {
    return new CommitRecord(
        CommitRecord.FORMAT,
        file.hash(),
        file.version() + later,
        state,
        file.size(),
        file.name(),
        file.time() / 1000,
        file.parts().stream()
            .map(part -> new CommitRecord.Part(part.length(), part.id().toString()))
            .toList());
  }
}

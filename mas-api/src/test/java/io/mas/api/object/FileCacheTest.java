package io.mas.api.object;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.mas.api.metadata.Concern;
import io.mas.api.metadata.FileDocument;
import io.mas.api.metadata.MetadataStore;
import io.mas.api.metadata.RocksMetadataStore;
import io.mas.api.metadata.WriteOutcome;
import io.mas.api.nodes.SimulatedNodes;
import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import io.mas.common.object.ByteRange;
import io.mas.common.object.ObjectHash;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What downloads do while the metadata answer, and while they do not. */
@Timeout(60)
class FileCacheTest {
  private final byte[] content = ObjectWorld.random(31, ObjectWorld.BLOCK + 5);
  private final List<String> calls = new CopyOnWriteArrayList<>();
  private final MetadataStore store;
  private final ObjectWorld world;
  private volatile boolean down;
  private volatile boolean majorityAway;
  private volatile @Nullable FileDocument stale;

  FileCacheTest(@TempDir Path directory) {
    store = RocksMetadataStore.open(directory.resolve("metadata"));
    MetadataStore meddled =
        ObjectWorld.meddled(
            store,
            (method, arguments, original) -> {
              calls.add(method);
              if (down || (majorityAway && List.of(arguments).contains(Concern.LINEARIZABLE))) {
                throw new MasException(ErrorCode.METADATA_UNREACHABLE, "down");
              }
              return stale != null && method.equals("file")
                  ? Optional.ofNullable(stale)
                  : original.call();
            });
    world = new ObjectWorld(meddled, ObjectWorld.Shape.USUAL);
  }

  @AfterEach
  void everythingIsGivenBack() {
    down = false;
    world.close();
    store.close();
  }

  @Test
  void aCachedDownloadIsOneReadOfTheMetadata() {
    ObjectHash hash = world.store(content).hash();
    download(hash);
    calls.clear();
    download(hash);
    assertThat(calls).containsExactly("file");
  }

  @Test
  void aDocumentOfTheLastMinuteServesWhileTheMetadataAreDown() {
    ObjectHash hash = world.store(content).hash();
    download(hash);
    world.time.addAndGet(59_999);
    down = true;
    download(hash);
    world.time.addAndGet(1);
    refused(ErrorCode.METADATA_UNREACHABLE, () -> download(hash));
    down = false;
    download(hash);
  }

  @Test
  void anOldDocumentIsAsGoodAsNewOnceItIsReadAgain() {
    ObjectHash hash = world.store(content).hash();
    for (int i = 0; i < 3; i++) {
      download(hash);
      world.time.addAndGet(40_000);
    }
    down = true;
    download(hash);
  }

  @Test
  void whatWasNotReadBeforeIsNotServed() {
    ObjectHash hash = world.store(content).hash();
    down = true;
    refused(ErrorCode.METADATA_UNREACHABLE, () -> download(hash));
  }

  /** The read that would make sure fails; what the one before it said is not forgotten for that. */
  @Test
  void aDeletionThatIsSeenWhileTheMajorityIsAwayCounts() {
    FileDocument file = world.store(content);
    download(file.hash());
    assertThat(store.compareAndSetFile(file.deleted())).isEqualTo(WriteOutcome.APPLIED);
    majorityAway = true;
    refused(ErrorCode.NO_SUCH_FILE, () -> download(file.hash()));
  }

  @Test
  void aDeletionThatWasSeenIsNotForgotten() {
    FileDocument file = world.store(content);
    download(file.hash());
    assertThat(store.compareAndSetFile(file.deleted())).isEqualTo(WriteOutcome.APPLIED);
    refused(ErrorCode.NO_SUCH_FILE, () -> download(file.hash()));
    down = true;
    // Whether an upload is under way cannot be known now.
    refused(ErrorCode.METADATA_UNREACHABLE, () -> download(file.hash()));
  }

  @Test
  void anOwnDeletionCountsAtOnceAlsoAgainstOlderReads() {
    FileDocument file = world.store(content);
    download(file.hash());
    world.room.files().delete(file.hash());
    stale = file;
    refused(ErrorCode.NO_SUCH_FILE, () -> download(file.hash()));
    stale = null;
    down = true;
    refused(ErrorCode.METADATA_UNREACHABLE, () -> download(file.hash()));
  }

  @Test
  void anotherVersionServesFromThenOn() {
    FileDocument file = world.store(content);
    download(file.hash());
    assertThat(store.compareAndSetFile(file.deleted())).isEqualTo(WriteOutcome.APPLIED);
    FileDocument again = world.store(content);
    assertThat(again.parts()).isNotEqualTo(file.parts());
    download(again.hash());
    world.extents(file.parts().getFirst().id()).forEach(extent -> world.moveAll(extent));
    down = true;
    download(again.hash());
  }

  @Test
  void nothingElseIsServedFromIt() {
    ObjectHash hash = world.store(content).hash();
    download(hash);
    down = true;
    refused(ErrorCode.METADATA_UNREACHABLE, () -> world.room.files().info(hash));
    refused(ErrorCode.METADATA_UNREACHABLE, () -> world.room.files().delete(hash));
    refused(ErrorCode.METADATA_UNREACHABLE, () -> world.room.files().list("", "", 10));
    down = false;
    assertThat(store.file(hash, Concern.LINEARIZABLE).map(FileDocument::live)).contains(true);
  }

  /** A download whose shards do not come asks for the extent again, in vain. */
  @Test
  void extentsStayKnownWhenTheyCannotBeReadAgain() {
    ObjectHash hash = world.store(content).hash();
    download(hash);
    down = true;
    world.nodes.fail(
        (operation, node, key) -> {
          throw SimulatedNodes.silence(node);
        });
    assertThatExceptionOfType(MasException.class).isThrownBy(() -> download(hash));
    world.nodes.heal();
    download(hash);
  }

  private void download(ObjectHash hash) {
    assertThat(world.read(hash, new ByteRange(0, content.length))).isEqualTo(content);
  }

  private static void refused(ErrorCode code, ThrowingCallable call) {
    assertThatExceptionOfType(MasException.class)
        .isThrownBy(call)
        .satisfies(e -> assertThat(e.code()).isEqualTo(code));
  }
}

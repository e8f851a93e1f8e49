package io.mas.api.object;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.mas.api.metadata.ExtentDocument;
import io.mas.api.metadata.FileDocument;
import io.mas.api.metadata.MetadataStore;
import io.mas.api.metadata.RocksMetadataStore;
import io.mas.api.metadata.WriteOutcome;
import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A gateway that has read a file before one of its nodes was lost, and its shards moved. */
@Timeout(60)
class ExtentCacheTest {
  /** Longer than an entry serves that names a lost node, in milliseconds. */
  private static final long A_WHILE = 2001;

  private final MetadataStore store;
  private final ObjectWorld world;
  private final byte[] content = ObjectWorld.random(1, 3 * ObjectWorld.BLOCK);
  private final FileDocument file;
  private final ExtentDocument extent;

  /** How often extents were read. */
  private final AtomicInteger reads = new AtomicInteger();

  private volatile boolean away;

  ExtentCacheTest(@TempDir Path directory) {
    store = RocksMetadataStore.open(directory.resolve("metadata"));
    MetadataStore watched =
        ObjectWorld.meddled(store, (method, arguments, original) -> watch(method, original));
    world = new ObjectWorld(watched, ObjectWorld.Shape.USUAL);
    file = world.store(content);
    extent = world.extents(file.parts().getFirst().id()).getFirst();
    assertThat(world.read(file.hash())).isEqualTo(content);
    reads.set(0);
  }

  private Object watch(String method, ObjectWorld.Original original) throws Throwable {
    if (method.equals("extents")) {
      reads.incrementAndGet();
      if (away) {
        throw new MasException(ErrorCode.METADATA_UNREACHABLE, "away");
      }
    }
    return original.call();
  }

  @AfterEach
  void close() {
    away = false;
    world.close();
    store.close();
  }

  private void assertRead(int degraded, int metadataReads) {
    int before = world.degraded();
    reads.set(0);
    assertThat(world.read(file.hash())).isEqualTo(content);
    assertThat(world.degraded() - before).as("blocks read with parity").isEqualTo(degraded);
    assertThat(reads).as("reads of extents").hasValue(metadataReads);
  }

  @Test
  void whatNamesOnlyNodesThatAreThereIsNotReadAgain() {
    world.time.addAndGet(A_WHILE);
    assertRead(0, 0);
  }

  /** The lost node is asked for nothing: no answer of it shows that its shard is elsewhere. */
  @Test
  void shardsOfALostNodeAreSoonFoundWhereTheyWereRebuilt() {
    world.loseForGood(extent.shards().getFirst().node());
    ExtentDocument _ = world.move(extent, 0);
    assertRead(3, 0);
    world.time.addAndGet(A_WHILE);
    assertRead(0, 1);
    world.time.addAndGet(A_WHILE);
    assertRead(0, 0);
  }

  @Test
  void whileTheyAreNotRebuiltTheDocumentIsReadOnceInAWhile() {
    world.loseForGood(extent.shards().getFirst().node());
    for (int i = 0; i < 3; i++) {
      world.time.addAndGet(A_WHILE);
      assertRead(3, 1);
      assertRead(3, 0);
    }
  }

  @Test
  void whatIsKnownServesWhileTheMetadataDoNotAnswer() {
    world.loseForGood(extent.shards().getFirst().node());
    ExtentDocument _ = world.move(extent, 0);
    away = true;
    world.time.addAndGet(A_WHILE);
    assertRead(3, 1);
    world.time.addAndGet(A_WHILE);
    assertRead(3, 0); // a time-out every two seconds would be too many
    away = false;
    world.time.addAndGet(30_000);
    assertRead(0, 1);
  }

  /** Deleted by another gateway, and collected: that is no outage. */
  @Test
  void whatIsGoneIsNotServedFromTheCache() {
    world.loseForGood(extent.shards().getFirst().node());
    assertThat(store.deleteExtent(extent.id(), extent.version())).isEqualTo(WriteOutcome.APPLIED);
    world.time.addAndGet(A_WHILE);
    assertThatExceptionOfType(MasException.class)
        .isThrownBy(() -> world.read(file.hash()))
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.TOO_FEW_SHARDS));
  }
}

package io.mas.api.object;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.mas.api.metadata.ChunkDocument;
import io.mas.api.metadata.Concern;
import io.mas.api.metadata.FileDocument;
import io.mas.api.metadata.GarbageDocument;
import io.mas.api.metadata.MetadataStore;
import io.mas.api.metadata.NodeDocument;
import io.mas.api.metadata.NodeDocument.Cause;
import io.mas.api.metadata.NodeDocument.Lost;
import io.mas.api.metadata.NodeDocument.Progress;
import io.mas.api.metadata.RocksMetadataStore;
import io.mas.api.metadata.UploadDocument;
import io.mas.api.metadata.WriteOutcome;
import io.mas.api.nodes.Member;
import io.mas.api.nodes.NodeException;
import io.mas.api.nodes.SimulatedNodes;
import io.mas.api.nodes.SimulatedNodes.Operation;
import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import io.mas.common.object.ObjectHash;
import io.mas.common.object.PartId;
import io.mas.common.protocol.CommitRecord;
import io.mas.common.protocol.CommitSummary;
import io.mas.common.protocol.NodeError;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class CollectTest {
  private static final int BLOCK = ObjectWorld.BLOCK;

  private final MetadataStore store;
  private ObjectWorld world;

  CollectTest(@TempDir Path first) {
    store = RocksMetadataStore.open(first.resolve("metadata"));
    world = new ObjectWorld(store, ObjectWorld.Shape.USUAL);
  }

  @AfterEach
  void everythingIsGivenBack() {
    world.close();
    store.close();
  }

  private void later(Duration time) {
    world.time.addAndGet(time.toMillis());
    world.room.sweep().sweep();
  }

  private double putOff() {
    return world.outside.meters().get("mas.garbage.put.off").counter().count();
  }

  @Test
  void theSpaceOfADeletedFileReturnsAfterTheGraceAndNotBefore() {
    FileDocument file = world.store(ObjectWorld.random(1, 5 * BLOCK), new byte[10]);
    assertThat(world.room.files().delete(file.hash()).size()).isEqualTo(file.size());
    later(Duration.ofHours(23));
    assertThat(world.nodes.copies()).isNotEmpty();
    later(Duration.ofHours(2));
    assertThat(world.nodes.copies()).isEmpty();
    for (FileDocument.Part part : file.parts()) {
      assertThat(world.extents(part.id())).isEmpty();
    }
    assertThat(store.dueGarbage(Long.MAX_VALUE, 10)).isEmpty();
    assertThat(store.file(file.hash(), Concern.LINEARIZABLE).orElseThrow().live()).isFalse();
  }

  @Test
  void whatANodeThatIsDownStillHasGoesLater() {
    FileDocument file = world.store(ObjectWorld.random(2, 5 * BLOCK));
    String down = world.extents(file.parts().getFirst().id()).getFirst().shards().get(2).node();
    assertThat(world.room.files().delete(file.hash()).size()).isEqualTo(file.size());
    world.nodes.fail(
        (operation, node, key) -> {
          if (node.equals(down)) {
            throw SimulatedNodes.silence(node);
          }
        });
    later(Duration.ofHours(25));
    assertThat(world.nodes.copies()).extracting(SimulatedNodes.Copy::node).containsOnly(down);
    assertThat(world.extents(file.parts().getFirst().id())).as("still named").isNotEmpty();
    world.revive();
    later(Duration.ofMinutes(11));
    assertThat(world.nodes.copies()).isEmpty();
    assertThat(world.extents(file.parts().getFirst().id())).isEmpty();
  }

  /** Each waits for nodes most of its time: one after the other, what has piled up stays long. */
  @Test
  void severalFilesAreCollectedAtOnce() {
    List<FileDocument> files =
        IntStream.range(0, 4)
            .mapToObj(i -> world.store(ObjectWorld.random(20 + i, BLOCK)))
            .toList();
    files.forEach(
        file -> assertThat(world.room.files().delete(file.hash()).size()).isEqualTo(file.size()));
    Set<PartId> begun = ConcurrentHashMap.newKeySet();
    CountDownLatch all = new CountDownLatch(files.size());
    world.nodes.fail(
        (operation, node, key) -> {
          if (operation == Operation.DELETE && key != null) {
            if (begun.add(key.extent().part())) {
              all.countDown();
            }
            if (!all.await(10, TimeUnit.SECONDS)) {
              throw SimulatedNodes.silence(node);
            }
          }
        });
    later(Duration.ofHours(25));
    assertThat(begun).hasSameSizeAs(files);
    assertThat(world.nodes.copies()).isEmpty();
  }

  private void stubborn(String stubborn) {
    world.nodes.fail(
        (operation, node, key) -> {
          if (operation == Operation.DELETE && node.equals(stubborn)) {
            throw new NodeException(NodeError.IO_ERROR, "planted");
          }
        });
  }

  private long version(ObjectHash hash) {
    return store.file(hash, Concern.LINEARIZABLE).map(FileDocument::version).orElse(0L);
  }

  private String holder(PartId part) {
    return world.extents(part).getFirst().shards().get(2).node();
  }

  /**
   * A fence makes the uploads of the file that are under way begin anew. A disk that has become
   * read-only deletes nothing for as long as it likes: then none would ever end.
   */
  @Test
  void aCollectionThatCannotEndFencesOnce() {
    FileDocument file = world.store(ObjectWorld.random(12, 5 * BLOCK));
    assertThat(world.room.files().delete(file.hash()).size()).isEqualTo(file.size());
    stubborn(holder(file.parts().getFirst().id()));
    later(Duration.ofHours(25));
    long fenced = version(file.hash());
    assertThat(fenced).isEqualTo(file.version() + 2);
    later(Duration.ofMinutes(11));
    later(Duration.ofMinutes(11));
    assertThat(version(file.hash())).isEqualTo(fenced);
    assertThat(world.nodes.copies()).isNotEmpty();
    assertThat(putOff()).isEqualTo(3);
    world.nodes.heal();
    later(Duration.ofMinutes(11));
    assertThat(putOff()).isEqualTo(3);
    assertThat(world.nodes.copies()).isEmpty();
    assertThat(store.dueGarbage(Long.MAX_VALUE, 10)).isEmpty();
  }

  @Test
  void anUploadWhosePartsCannotBeDeletedIsForgottenAndItsPartsAreNot() {
    StoredPart part = world.write(ObjectWorld.random(13, BLOCK));
    UploadDocument upload = upload(ObjectWorld.hash(new byte[1]), UploadDocument.State.ABORTED);
    list(upload, 1, part.id(), part.length());
    stubborn(holder(part.id()));
    later(Duration.ofMinutes(11));
    assertThat(store.upload(upload.id(), Concern.LINEARIZABLE)).isEmpty();
    assertThat(store.chunks(upload.id(), upload.generation())).isEmpty();
    long fenced = version(upload.id().hash());
    later(Duration.ofMinutes(11));
    assertThat(version(upload.id().hash())).isEqualTo(fenced).isPositive();
    assertThat(world.nodes.parts()).containsExactly(part.id());
    world.nodes.heal();
    later(Duration.ofMinutes(11));
    assertThat(world.nodes.parts()).isEmpty();
    assertThat(store.dueGarbage(Long.MAX_VALUE, 10)).isEmpty();
  }

  /** Else a database rebuilt from the records would bring the file back. */
  @Test
  void nodesThatMissedADeletionAreToldWhenItIsCollected() throws Exception {
    FileDocument file = world.store(ObjectWorld.random(14, BLOCK));
    await().until(() -> world.nodes.committedOn().size() == 3);
    Set<String> have = world.nodes.committedOn();
    AtomicInteger missed = new AtomicInteger();
    world.nodes.fail(
        (operation, node, key) -> {
          if (operation == Operation.RECORD) {
            missed.incrementAndGet();
            throw new NodeException(NodeError.FULL, "planted");
          }
        });
    assertThat(world.room.files().delete(file.hash()).size()).isEqualTo(file.size());
    await().until(() -> missed.get() == 9);
    world.nodes.heal();
    later(Duration.ofHours(25));
    for (Member node : world.outside.nodes().view().serving()) {
      assertThat(world.nodes.commits(node, file.hash(), file.version()).rows())
          .as("%s", node)
          .extracting(CommitSummary::state)
          .containsExactlyElementsOf(
              have.contains(node.id()) ? List.of(CommitRecord.State.DELETED) : List.of());
    }
  }

  /** One record would be lost with its node, and with it what a database is rebuilt from. */
  @Test
  void nothingIsCommittedOnFewerRecordsThanNodesMayFail() {
    StoredPart part = world.write(ObjectWorld.random(15, BLOCK));
    List<String> nodes = IntStream.rangeClosed(1, 9).mapToObj(i -> "node-" + i).toList();
    world.announce(9, Set.copyOf(nodes.subList(0, 8)));
    FileDocument file =
        new FileDocument(
            ObjectWorld.hash(new byte[1]),
            1,
            FileDocument.State.LIVE,
            part.length(),
            "n",
            world.time.get(),
            part.rows());
    assertThatExceptionOfType(MasException.class)
        .isThrownBy(() -> world.room.parts().committer().commit(file, part.nodes()))
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.STORING_FAILED));
    world.announce(9, Set.copyOf(nodes.subList(0, 7)));
    assertThat(world.room.parts().committer().commit(file, part.nodes()))
        .isInstanceOf(Committer.Mine.class);
  }

  /** For ever, perhaps; what it still has if it returns, its inventory shows. */
  @Test
  void aLostNodeIsNotWaitedFor() {
    FileDocument file = world.store(ObjectWorld.random(2, 5 * BLOCK));
    String lost = world.extents(file.parts().getFirst().id()).getFirst().shards().get(2).node();
    NodeDocument saved = store.node(lost).orElseThrow();
    NodeDocument judged = saved.lost(new Lost(1, Cause.UNREACHABLE, Progress.MARKED));
    assertThat(store.compareAndSetNode(judged)).isEqualTo(WriteOutcome.APPLIED);
    world.outside.nodes().view().learn(judged);
    assertThat(world.room.files().delete(file.hash()).size()).isEqualTo(file.size());
    world.nodes.fail(
        (operation, node, key) -> {
          if (node.equals(lost)) {
            throw SimulatedNodes.silence(node);
          }
        });
    later(Duration.ofHours(25));
    assertThat(world.nodes.copies()).extracting(SimulatedNodes.Copy::node).containsOnly(lost);
    assertThat(world.extents(file.parts().getFirst().id())).isEmpty();
    assertThat(store.dueGarbage(Long.MAX_VALUE, 10)).isEmpty();
  }

  @Test
  void aFileStoredAgainIsNotTouchedByTheCollectionOfTheOldOne() {
    byte[] content = ObjectWorld.random(3, 3 * BLOCK);
    FileDocument old = world.store(content);
    assertThat(world.room.files().delete(old.hash()).size()).isEqualTo(old.size());
    FileDocument again = world.store(content);
    later(Duration.ofHours(25));
    assertThat(world.read(again.hash())).isEqualTo(content);
    assertThat(world.nodes.parts()).containsExactly(again.parts().getFirst().id());
  }

  private UploadDocument upload(ObjectHash hash, UploadDocument.State state) {
    return world.upload(hash, state, Duration.ofMinutes(10));
  }

  private void list(UploadDocument upload, int number, PartId part, long length) {
    ChunkDocument chunk = new ChunkDocument(upload.id(), upload.generation(), number, part, length);
    assertThat(store.insertChunk(chunk)).isEqualTo(WriteOutcome.APPLIED);
  }

  /** Its readers have the grace of deleted files, whether it came in chunks or not. */
  @Test
  void aFileDeletedSoonAfterItsFinishKeepsItsBytesForTheGrace() {
    byte[] content = ObjectWorld.random(4, 2 * BLOCK);
    FileDocument file = world.store(content);
    UploadDocument upload = upload(file.hash(), UploadDocument.State.COMMITTED);
    list(upload, 1, file.parts().getFirst().id(), content.length);
    StoredFile opened = world.room.files().open(file.hash());
    assertThat(world.room.files().delete(file.hash()).size()).isEqualTo(file.size());
    later(Duration.ofHours(1));
    assertThat(store.upload(upload.id(), Concern.LINEARIZABLE)).as("the upload ended").isEmpty();
    assertThat(world.nodes.parts()).hasSize(1);
    opened.read(new io.mas.common.object.ByteRange(0, content.length)).close();
    later(Duration.ofHours(24));
    assertThat(world.nodes.parts()).isEmpty();
  }

  @Test
  void whatACommittedUploadListedTooLateIsCollected() {
    byte[] content = ObjectWorld.random(5, 2 * BLOCK);
    FileDocument file = world.store(content);
    StoredPart late = world.write(ObjectWorld.random(6, BLOCK));
    UploadDocument upload = upload(file.hash(), UploadDocument.State.COMMITTED);
    list(upload, 1, file.parts().getFirst().id(), content.length);
    list(upload, 2, late.id(), late.length());
    later(Duration.ofHours(1));
    assertThat(store.chunks(upload.id(), upload.generation())).isEmpty();
    later(Duration.ofHours(24));
    assertThat(world.nodes.parts()).containsExactly(file.parts().getFirst().id());
    assertThat(world.read(file.hash())).isEqualTo(content);
  }

  /** One sweep takes a hundred: as many that cannot be collected must not hold up all others. */
  @Test
  void uploadsThatCannotBeCollectedNowDoNotHoldUpTheOthers() {
    StoredPart stuck = world.write(ObjectWorld.random(7, 100));
    String down = stuck.nodes().iterator().next();
    for (int i = 0; i < 100; i++) {
      list(
          upload(ObjectWorld.hash(new byte[] {(byte) i}), UploadDocument.State.ABORTED),
          1,
          stuck.id(),
          100);
    }
    world.time.incrementAndGet();
    StoredPart free = world.write(ObjectWorld.random(8, 100));
    byte[] other = {1, 2, 3};
    UploadDocument behind = upload(ObjectWorld.hash(other), UploadDocument.State.ABORTED);
    list(behind, 1, free.id(), 100);
    world.nodes.fail(
        (operation, node, key) -> {
          if (key != null && key.extent().part().equals(stuck.id()) && node.equals(down)) {
            throw SimulatedNodes.silence(node);
          }
        });
    later(Duration.ofMinutes(11));
    later(Duration.ofSeconds(30));
    assertThat(world.nodes.parts()).containsExactly(stuck.id());
    world.revive();
    later(Duration.ofMinutes(11));
    assertThat(world.nodes.parts()).isEmpty();
    later(Duration.ofMinutes(11));
    assertThat(store.uploadsExpiringBefore(Long.MAX_VALUE, 1000)).isEmpty();
  }

  /** A store that deletes more than a hundred in each interval gets its space back all the same. */
  @Test
  void oneSweepDoesAllThatIsDue() {
    for (int i = 0; i < 250; i++) {
      store.putGarbage(
          new GarbageDocument(
              "note-" + i,
              world.time.get(),
              new GarbageDocument.Parts(
                  ObjectWorld.hash(new byte[] {(byte) i}),
                  List.of(PartId.create(Instant.ofEpochMilli(world.time.get()), new Random(i))))));
    }
    later(Duration.ZERO);
    assertThat(store.dueGarbage(Long.MAX_VALUE, 1000)).isEmpty();
  }

  @Test
  void anItemThatBreaksTheSweepDoesNotHoldUpTheOthers() {
    AtomicInteger broken = new AtomicInteger();
    FileDocument bad = world.store(ObjectWorld.random(9, BLOCK));
    world.close();
    world =
        new ObjectWorld(
            ObjectWorld.meddled(
                store,
                (method, arguments, original) -> {
                  if (method.equals("file")
                      && arguments[0].equals(bad.hash())
                      && broken.get() == 1) {
                    throw new IllegalStateException("planted");
                  }
                  return original.call();
                }),
            ObjectWorld.Shape.USUAL);
    FileDocument good = world.store(ObjectWorld.random(10, BLOCK));
    assertThat(world.room.files().delete(bad.hash()).size()).isEqualTo(BLOCK);
    world.time.incrementAndGet();
    assertThat(world.room.files().delete(good.hash()).size()).isEqualTo(BLOCK);
    broken.set(1);
    later(Duration.ofHours(25));
    assertThat(world.extents(good.parts().getFirst().id())).isEmpty();
    assertThat(world.extents(bad.parts().getFirst().id())).isNotEmpty();
  }

  @Test
  void aNoteOfPartsThatAreInUseDoesNothing() {
    byte[] content = ObjectWorld.random(11, BLOCK);
    FileDocument file = world.store(content);
    List<PartId> parts = List.of(file.parts().getFirst().id());
    store.putGarbage(new GarbageDocument("n", 0, new GarbageDocument.Parts(file.hash(), parts)));
    later(Duration.ofSeconds(1));
    assertThat(world.read(file.hash())).isEqualTo(content);
    assertThat(store.file(file.hash(), Concern.LINEARIZABLE)).contains(file);
    assertThat(store.dueGarbage(Long.MAX_VALUE, 10)).isEmpty();
  }
}

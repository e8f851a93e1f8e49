package io.mas.api.object;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.mas.api.metadata.ExtentDocument;
import io.mas.api.metadata.FileDocument;
import io.mas.api.metadata.MetadataStore;
import io.mas.api.metadata.RocksMetadataStore;
import io.mas.api.metadata.WriteOutcome;
import io.mas.api.nodes.Fanout;
import io.mas.api.nodes.SimulatedNodes;
import io.mas.api.nodes.SimulatedNodes.Operation;
import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class PartWriterTest {
  private static final int BLOCK = ObjectWorld.BLOCK;

  private final MetadataStore store;
  private ObjectWorld world;

  PartWriterTest(@TempDir Path first) {
    store = RocksMetadataStore.open(first.resolve("metadata"));
    world = new ObjectWorld(store, ObjectWorld.Shape.USUAL);
  }

  @AfterEach
  void everythingIsGivenBack() {
    world.close();
    store.close();
  }

  private void in(ObjectWorld other) {
    world.close();
    world = other;
  }

  /** Documents without gaps, of full blocks but the last; and no copy that they do not name. */
  private void checkWhole(StoredPart part, long length) {
    long offset = 0;
    int ordinal = 0;
    for (ExtentDocument extent : world.extents(part.id())) {
      assertThat(extent.id().ordinal()).isEqualTo(ordinal++);
      assertThat(extent.offset()).isEqualTo(offset);
      assertThat(extent.shards()).extracting(ExtentDocument.Shard::node).doesNotHaveDuplicates();
      offset += extent.length();
      if (offset < length) {
        assertThat(extent.blocks()).allMatch(block -> block.rawLength() == BLOCK);
      }
    }
    assertThat(offset).isEqualTo(length);
    assertThat(world.nodes.copies()).isEqualTo(world.named(part.id()));
  }

  private void checkNothingLeft() {
    assertThat(world.nodes.copies()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        0,
        1,
        512,
        65_535,
        65_536,
        65_537,
        BLOCK - 1,
        BLOCK,
        BLOCK + 1,
        1 << 20,
        (1 << 20) + 1,
        256 * BLOCK,
        256 * BLOCK + 1
      })
  void whatIsStoredReadsBackAndNothingElseIsStored(int size) throws Exception {
    byte[] content = ObjectWorld.random(size, size);
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    StoredPart part =
        world.write(ObjectWorld.hash(content), new ByteArrayInputStream(content), size, digest);
    assertThat(digest.digest()).isEqualTo(MessageDigest.getInstance("SHA-256").digest(content));
    assertThat(part.length()).isEqualTo(size);
    checkWhole(part, size);
    assertThat(world.extents(part.id())).hasSize(Math.ceilDiv(size, 256 * BLOCK));
    world.nodes.copies().forEach(copy -> world.nodes.lose(copy.node(), copy.key()));
    FileDocument file = world.store(content);
    assertThat(world.read(file.hash())).isEqualTo(content);
  }

  @Test
  void aSmallPartIsFullCopiesOnMPlusOneNodes() {
    StoredPart part = world.write(ObjectWorld.random(1, 65_536));
    ExtentDocument extent = world.extents(part.id()).getFirst();
    assertThat(extent.layout().k()).isEqualTo(1);
    assertThat(extent.shards()).hasSize(3);
    assertThat(part.nodes()).hasSize(3);
  }

  /** Blocks pile up behind the first put; the next takes no more than a node does. */
  @Test
  void largeBlocksThatPileUpGoOutInPutsThatANodeTakes() {
    int block = 4 << 20;
    in(
        new ObjectWorld(
            store, new ObjectWorld.Shape(4, 50L * block, Duration.ofSeconds(20), "1+1", block)));
    byte[] content = ObjectWorld.random(9, 7 * block);
    CountDownLatch piledUp = new CountDownLatch(1);
    world.nodes.fail((operation, node, key) -> piledUp.await());
    InputStream in =
        new FilterInputStream(new ByteArrayInputStream(content)) {
          private int from;

          @Override
          public int read(byte[] into, int offset, int length) throws IOException {
            if (from > 6 * block) {
              piledUp.countDown();
            }
            int read = super.read(into, offset, length);
            from += Math.max(0, read);
            return read;
          }
        };
    StoredPart part = world.write(ObjectWorld.hash(content), in, Long.MAX_VALUE, null);
    assertThat(part.length()).isEqualTo(content.length);
    assertThat(world.extents(part.id())).hasSize(1); // none was sealed because a node refused
  }

  @Test
  void whereverANodeFailsOnceTheBlocksGoElsewhere() {
    byte[] content = ObjectWorld.random(3, 12 * BLOCK + 5);
    int reached = 0;
    for (int nth = 1; nth <= 30; nth += 2) {
      AtomicInteger puts = new AtomicInteger();
      int failing = nth;
      world.nodes.fail(
          (operation, node, key) -> {
            if (operation == Operation.PUT && puts.incrementAndGet() == failing) {
              throw SimulatedNodes.silence(node);
            }
          });
      FileDocument file = world.store(content);
      reached += puts.get() >= failing ? 1 : 0;
      StoredPart part = new StoredPart(file.parts().getFirst().id(), content.length, Set.of());
      checkWhole(part, content.length);
      assertThat(world.read(file.hash())).as("failure at put %d", nth).isEqualTo(content);
      forget(file);
    }
    assertThat(reached).as("failures that came to pass").isGreaterThan(5);
  }

  private void forget(FileDocument file) {
    world.revive();
    assertThat(world.room.files().delete(file.hash()).size()).isEqualTo(file.size());
    world.time.addAndGet(Duration.ofHours(25).toMillis());
    world.room.sweep().sweep();
    checkNothingLeft();
  }

  /** The bytes are there, but the writer does not know: the attempt does not count. */
  @Test
  void aPutWhoseAnswerIsLostDoesNotCount() {
    byte[] content = ObjectWorld.random(4, 12 * BLOCK);
    for (int nth = 1; nth <= 14; nth += 3) {
      AtomicInteger puts = new AtomicInteger();
      int failing = nth;
      world.nodes.failAfter(
          (operation, node, key) -> {
            if (operation == Operation.PUT && puts.incrementAndGet() == failing) {
              throw SimulatedNodes.silence(node);
            }
          });
      FileDocument file = world.store(content);
      checkWhole(
          new StoredPart(file.parts().getFirst().id(), content.length, Set.of()), content.length);
      assertThat(world.read(file.hash())).isEqualTo(content);
      forget(file);
    }
  }

  @Test
  void nodesThatFailForGoodOneAfterTheOtherAreReplacedWhileThereAreEnough() {
    Set<String> dead = ConcurrentHashMap.newKeySet();
    AtomicInteger puts = new AtomicInteger();
    world.nodes.fail(
        (operation, node, key) -> {
          if (operation == Operation.PUT && dead.size() < 3 && puts.incrementAndGet() % 7 == 0) {
            dead.add(node);
          }
          if (dead.contains(node)) {
            throw SimulatedNodes.silence(node);
          }
        });
    byte[] content = ObjectWorld.random(5, 30 * BLOCK);
    FileDocument file = world.store(content);
    assertThat(dead).hasSize(3);
    world.revive();
    List<ExtentDocument> extents = world.extents(file.parts().getFirst().id());
    assertThat(extents.getLast().shards()).noneMatch(shard -> dead.contains(shard.node()));
    assertThat(world.read(file.hash())).isEqualTo(content);
  }

  @Test
  void withAllNodesFailingTheWriteIsRefusedAndNothingIsLeft() {
    world.nodes.fail(
        (operation, node, key) -> {
          if (operation == Operation.PUT) {
            throw SimulatedNodes.silence(node);
          }
        });
    for (int size : new int[] {10, 5 * BLOCK, 40 * BLOCK}) {
      assertThatExceptionOfType(MasException.class)
          .isThrownBy(() -> world.write(ObjectWorld.random(6, size)))
          .satisfies(e -> assertThat(e.code().httpStatus()).isEqualTo(503));
    }
    world.settled();
    checkNothingLeft();
  }

  @ParameterizedTest
  @ValueSource(ints = {100, 65_537, 3 * BLOCK, 20 * BLOCK + 7})
  void aBodyThatBreaksOffLeavesNothing(int size) {
    InputStream broken =
        new InputStream() {
          @Override
          public int read() throws IOException {
            throw new IOException("cut");
          }

          @Override
          public int read(byte[] into, int from, int length) throws IOException {
            throw new IOException("cut");
          }
        };
    InputStream body =
        new SequenceInputStream(new ByteArrayInputStream(ObjectWorld.random(7, size)), broken);
    assertThatExceptionOfType(MasException.class)
        .isThrownBy(() -> world.write(ObjectWorld.hash(new byte[0]), body, Long.MAX_VALUE, null))
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.UNREADABLE_BODY));
    world.settled();
    checkNothingLeft();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 65_536, 2 * BLOCK, 20 * BLOCK})
  void aBodyOfOneByteTooManyIsRefusedAndLeavesNothing(int most) {
    byte[] content = ObjectWorld.random(8, most + 1);
    assertThatExceptionOfType(MasException.class)
        .isThrownBy(
            () ->
                world.write(
                    ObjectWorld.hash(content), new ByteArrayInputStream(content), most, null))
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.TOO_LARGE));
    world.settled();
    checkNothingLeft();
  }

  /** An Error on the sender's thread must not look like a regular end. */
  @Test
  void anErrorWhileStoringIsNeverSuccess() {
    in(
        new ObjectWorld(
            ObjectWorld.meddled(
                store,
                (method, arguments, original) -> {
                  if (method.equals("insertExtent")) {
                    throw new OutOfMemoryError("planted");
                  }
                  return original.call();
                }),
            ObjectWorld.Shape.USUAL));
    for (int blocks : new int[] {3, 300}) {
      assertThatExceptionOfType(MasException.class)
          .isThrownBy(() -> world.write(ObjectWorld.random(9, blocks * BLOCK)))
          .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.STORING_FAILED));
    }
    world.settled();
    checkNothingLeft();
  }

  @Test
  void anInsertOfUnknownOutcomeThatWasAppliedIsSuccess() {
    in(new ObjectWorld(unknownInserts(true), ObjectWorld.Shape.USUAL));
    byte[] content = ObjectWorld.random(10, 3 * BLOCK);
    assertThat(world.read(world.store(content).hash())).isEqualTo(content);
  }

  /** It may still come into force: its copies go now, and the collection looks for it later. */
  @Test
  void anInsertOfUnknownOutcomeThatIsNotThereIsLeftToTheCollection() {
    in(new ObjectWorld(unknownInserts(false), ObjectWorld.Shape.USUAL));
    assertThatExceptionOfType(MasException.class)
        .isThrownBy(() -> world.write(ObjectWorld.random(11, 3 * BLOCK)))
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.METADATA_NOT_SAVED));
    checkNothingLeft();
    assertThat(store.dueGarbage(Long.MAX_VALUE, 10)).hasSize(1);
  }

  private MetadataStore unknownInserts(boolean applied) {
    return ObjectWorld.meddled(
        store,
        (method, arguments, original) -> {
          if (!method.equals("insertExtent")) {
            return original.call();
          }
          if (applied) {
            assertThat(original.call()).isEqualTo(WriteOutcome.APPLIED);
          }
          return WriteOutcome.UNKNOWN;
        });
  }

  @Test
  void anInterruptedWriterLeavesNothingAndStaysInterrupted() throws Exception {
    CountDownLatch hanging = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    world.nodes.fail(
        (operation, node, key) -> {
          if (operation == Operation.PUT) {
            hanging.countDown();
            go.await();
          }
        });
    AtomicReference<Throwable> failure = new AtomicReference<>();
    AtomicReference<Boolean> interrupted = new AtomicReference<>(false);
    Thread writer =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    world.write(ObjectWorld.random(12, 3 * BLOCK));
                  } catch (MasException e) {
                    failure.set(e);
                    interrupted.set(Thread.currentThread().isInterrupted());
                  }
                });
    hanging.await();
    writer.interrupt();
    go.countDown();
    writer.join();
    assertThat(failure.get()).isInstanceOf(MasException.class);
    assertThat(interrupted.get()).isTrue();
    world.settled();
    checkNothingLeft();
  }

  /** Memory for two blocks and a half: nobody may hold one while it waits for the next. */
  @Test
  void manyWritersGetOnWithMemoryForTwoBlocks() {
    long block = 10L * BLOCK / 4;
    in(new ObjectWorld(store, new ObjectWorld.Shape(9, block * 5 / 2, Duration.ofSeconds(20))));
    List<Integer> writers = IntStream.range(0, 12).boxed().toList();
    List<Optional<io.mas.api.nodes.NodeException>> failures =
        Fanout.each(
            writers,
            i -> {
              StoredPart part = world.write(ObjectWorld.random(100 + i, 9 * BLOCK + i));
              assertThat(part.length()).isEqualTo(9 * BLOCK + i);
            });
    assertThat(failures).allMatch(Optional::isEmpty);
  }

  /** A failure that meets a writer between its check and its wait must not leave it waiting. */
  @Test
  void aFailureNeverLeavesAWriterWaitingForRoom() {
    long block = 10L * BLOCK / 4;
    in(new ObjectWorld(store, new ObjectWorld.Shape(9, block * 3 / 2, Duration.ofSeconds(20))));
    world.nodes.fail(
        (operation, node, key) -> {
          if (operation == Operation.PUT) {
            throw SimulatedNodes.silence(node);
          }
        });
    for (int i = 0; i < 15; i++) {
      byte[] content = ObjectWorld.random(i, 20 * BLOCK);
      assertThatExceptionOfType(MasException.class).isThrownBy(() -> world.write(content));
      await().until(() -> world.buffers.heldBytes() == 0);
    }
  }
}

package io.mas.api.object;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.mas.api.metadata.ExtentDocument;
import io.mas.api.metadata.FileDocument;
import io.mas.api.metadata.MetadataStore;
import io.mas.api.metadata.RocksMetadataStore;
import io.mas.api.nodes.NodeException;
import io.mas.api.nodes.SimulatedNodes.Operation;
import io.mas.common.error.MasException;
import io.mas.common.protocol.NodeError;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What an upload does with nodes and memory while it goes on, and when it is given up. */
@Timeout(60)
class ExtentWriterTest {
  private static final int BLOCK = ObjectWorld.BLOCK;

  private final MetadataStore store;

  /** How often an extent was published. */
  private final AtomicInteger inserts = new AtomicInteger();

  private final ObjectWorld world;

  ExtentWriterTest(@TempDir Path directory) {
    store = RocksMetadataStore.open(directory.resolve("metadata"));
    MetadataStore counted =
        ObjectWorld.meddled(
            store,
            (method, arguments, original) -> {
              if (method.equals("insertExtent")) {
                inserts.incrementAndGet();
              }
              return original.call();
            });
    world = new ObjectWorld(counted, ObjectWorld.Shape.of(6, "4+2"));
  }

  @AfterEach
  void everythingIsGivenBack() {
    world.close();
    store.close();
  }

  /** As a rolling restart does to a long upload: a node that is back takes part again. */
  @Test
  void nodesThatFailOnceEachInTurnAreUsedAgain() {
    AtomicInteger turn = new AtomicInteger();
    world.nodes.fail(
        (operation, node, key) -> {
          if (operation == Operation.PUT
              && key != null
              && turn.get() < 6 // how many batches the last extents come in depends on the time
              && node.equals("node-" + (turn.get() + 1))
              && key.extent().ordinal() == turn.get()
              && world.nodes.has(node, key)) { // a batch of this extent is stored
            turn.incrementAndGet();
            throw new NodeException(NodeError.IO_ERROR, "planted"); // goes on taking writes
          }
        });
    byte[] content = ObjectWorld.random(13, 330 * BLOCK);
    FileDocument file = world.store(content);
    assertThat(turn).hasValue(6);
    List<ExtentDocument> extents = world.extents(file.parts().getFirst().id());
    assertThat(extents.get(6).id().ordinal()).isEqualTo(6);
    assertThat(extents.get(6).shards())
        .as("the node that has just failed does not get the same batch")
        .noneMatch(shard -> shard.node().equals("node-6"));
    assertThat(extents.getLast().shards())
        .extracting(ExtentDocument.Shard::node)
        .doesNotHaveDuplicates();
    assertThat(extents.getLast().belowIdeal()).isFalse();
    assertThat(world.read(file.hash())).isEqualTo(content);
  }

  /** Blocks that are stored and not yet hashed are in memory too. */
  @Test
  void blocksThatWaitToBeHashedAreInFlight() {
    AtomicLong most = new AtomicLong();
    MessageDigest slow =
        new MessageDigest("slow") {
          @Override
          protected void engineUpdate(byte input) {
            throw new UnsupportedOperationException("blocks are hashed whole");
          }

          @Override
          protected void engineUpdate(byte[] input, int offset, int length) {
            most.accumulateAndGet(world.buffers.heldBytes(), Math::max);
          }

          @Override
          protected void engineUpdate(ByteBuffer input) {
            try {
              Thread.sleep(20); // longer than it takes to store the block
            } catch (InterruptedException e) {
              throw new IllegalStateException(e);
            }
            most.accumulateAndGet(world.buffers.heldBytes(), Math::max);
          }

          @Override
          protected byte[] engineDigest() {
            return new byte[0];
          }

          @Override
          protected void engineReset() {}
        };
    byte[] content = ObjectWorld.random(14, 40 * BLOCK);
    StoredPart part =
        world.write(
            ObjectWorld.hash(content), new ByteArrayInputStream(content), Long.MAX_VALUE, slow);
    assertThat(part.length()).isEqualTo(content.length);
    long block = 10L * BLOCK / 4;
    assertThat(most.get()).isBetween(2 * block, (ExtentWriter.MAX_IN_FLIGHT + 1) * block);
  }

  /** Its client is gone: the nodes are not troubled with what will be discarded. */
  @Test
  void aWriteThatIsGivenUpStoresAndPublishesNothingMore() throws Exception {
    AtomicInteger puts = new AtomicInteger();
    CountDownLatch begun = new CountDownLatch(6);
    CountDownLatch go = new CountDownLatch(1);
    world.nodes.fail(
        (operation, node, key) -> {
          if (operation == Operation.PUT) {
            puts.incrementAndGet();
            begun.countDown();
            go.await();
          }
        });
    InputStream body =
        new SequenceInputStream(
            new ByteArrayInputStream(ObjectWorld.random(15, 5 * BLOCK)), brokenAfter(begun));
    Thread writer =
        Thread.ofVirtual()
            .start(
                () ->
                    assertThatExceptionOfType(MasException.class)
                        .isThrownBy(
                            () ->
                                world.write(
                                    ObjectWorld.hash(new byte[0]), body, Long.MAX_VALUE, null)));
    // It waits with a time-out only for the sender, when it has given up.
    await().until(() -> writer.getState() == Thread.State.TIMED_WAITING);
    go.countDown();
    writer.join();
    assertThat(puts).as("those of the first batch").hasValue(6);
    assertThat(inserts).hasValue(0);
    world.settled();
    assertThat(world.nodes.copies()).isEmpty();
  }

  private static InputStream brokenAfter(CountDownLatch begun) {
    return new InputStream() {
      @Override
      public int read() throws IOException {
        try {
          begun.await();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
        throw new IOException("cut");
      }

      @Override
      public int read(byte[] into, int from, int length) throws IOException {
        return read();
      }
    };
  }
}

package io.mas.api.object;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.mas.api.block.BufferPool;
import io.mas.api.metadata.MetadataStore;
import io.mas.api.metadata.RocksMetadataStore;
import io.mas.api.nodes.Fanout;
import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import io.mas.common.object.ByteRange;
import io.mas.common.object.ObjectHash;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** More clients than there is memory for, each of which keeps its block for long. */
@Timeout(60)
class SlowClientsTest {
  private static final int BLOCK = ObjectWorld.BLOCK;
  private static final Duration PATIENCE = Duration.ofMillis(100);

  private final MetadataStore store;
  private final List<ObjectWorld> worlds = new ArrayList<>();

  SlowClientsTest(@TempDir Path directory) {
    store = RocksMetadataStore.open(directory.resolve("metadata"));
  }

  @AfterEach
  void everythingIsGivenBack() {
    worlds.forEach(ObjectWorld::close);
    store.close();
  }

  private ObjectWorld tight(int blocks, Duration patience) {
    ObjectWorld world = new ObjectWorld(store, ObjectWorld.Shape.tight(blocks, patience));
    worlds.add(world);
    return world;
  }

  /**
   * Each client takes a block in longer than a request has patience, and there is memory for four:
   * whoever has begun comes to its end.
   */
  @Test
  void slowDownloadsDoNotBreakEachOtherOff() {
    ObjectWorld tight = tight(4, PATIENCE);
    byte[] content = ObjectWorld.random(29, 4 * BLOCK);
    ObjectHash hash = tight.store(content).hash();
    List<Duration> pauses = new ArrayList<>(Collections.nCopies(8, PATIENCE.multipliedBy(2)));
    pauses.add(Duration.ZERO);
    assertThat(
            Fanout.each(
                pauses, pause -> assertThat(readSlowly(tight, hash, pause)).isEqualTo(content)))
        .allMatch(Optional::isEmpty);
  }

  /** Two ranges of one answer are one request: what was begun with the first is not broken off. */
  @Test
  void theSecondRangeOfAnAnswerWaitsWithoutPatience() throws Exception {
    ObjectWorld tight = tight(1, Duration.ofMillis(20));
    byte[] content = ObjectWorld.random(30, BLOCK);
    StoredFile file = tight.room.files().open(tight.store(content).hash());
    file.read(new ByteRange(0, 5)).close();
    tight.settled();
    BufferPool.Buffer all = tight.buffers.acquire(BLOCK);
    Thread second =
        Thread.ofVirtual().start(() -> file.read(new ByteRange(5, content.length - 5)).close());
    await().until(() -> second.getState() == Thread.State.WAITING);
    assertThatExceptionOfType(MasException.class)
        .isThrownBy(() -> tight.read(ObjectWorld.hash(content)))
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.TOO_MANY_REQUESTS));
    all.release();
    second.join();
  }

  /** Reads as a client that pauses in each block, and that comes again if it is not admitted. */
  private static byte[] readSlowly(ObjectWorld world, ObjectHash hash, Duration pause) {
    StoredFile file = world.room.files().open(hash);
    ByteArrayOutputStream got = new ByteArrayOutputStream();
    OutputStream slow =
        new FilterOutputStream(got) {
          @Override
          public void write(byte[] bytes, int from, int length) {
            if (got.size() % BLOCK == 0) {
              pause(pause);
            }
            got.write(bytes, from, length);
          }
        };
    try (StoredFile.Reading reading = admitted(file)) {
      reading.copy(slow);
      return got.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static StoredFile.Reading admitted(StoredFile file) {
    while (true) {
      try {
        return file.read(new ByteRange(0, file.info().size()));
      } catch (MasException e) {
        assertThat(e.code()).isEqualTo(ErrorCode.TOO_MANY_REQUESTS);
      }
    }
  }

  private static void pause(Duration pause) {
    try {
      Thread.sleep(pause);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Whoever has begun to send is not refused, however slow the others are. */
  @Test
  void slowUploadsDoNotBreakEachOtherOff() {
    ObjectWorld tight = tight(4, PATIENCE);
    List<Integer> writers = IntStream.range(0, 8).boxed().toList();
    assertThat(Fanout.each(writers, i -> writeSlowly(tight, i, PATIENCE.multipliedBy(2))))
        .allMatch(Optional::isEmpty);
  }

  /** Sends as a client that pauses in each block, and that comes again if it is not admitted. */
  private static void writeSlowly(ObjectWorld world, int seed, Duration pause) {
    byte[] content = ObjectWorld.random(seed, 4 * BLOCK);
    while (true) {
      SlowBody body = new SlowBody(content, pause);
      try {
        StoredPart part = world.write(ObjectWorld.hash(content), body, Long.MAX_VALUE, null);
        assertThat(part.length()).isEqualTo(content.length);
        return;
      } catch (MasException e) {
        assertThat(e.code()).isEqualTo(ErrorCode.TOO_MANY_REQUESTS);
        assertThat(body.taken).as("bytes taken before it is refused").isLessThanOrEqualTo(65_537);
      }
    }
  }

  /** A body that pauses once in each block, after the head that is read without a buffer. */
  private static final class SlowBody extends FilterInputStream {
    private final Duration pause;
    private int taken;
    private int paused;

    SlowBody(byte[] content, Duration pause) {
      super(new ByteArrayInputStream(content));
      this.pause = pause;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      if (taken > 65_537 && taken / BLOCK >= paused) {
        paused = taken / BLOCK + 1;
        SlowClientsTest.pause(pause);
      }
      int read = super.read(into, offset, length);
      taken += Math.max(0, read);
      return read;
    }
  }
}

package io.mas.api.object;

import io.mas.api.block.BlockBuffer;
import io.mas.api.block.Blocks;
import io.mas.api.block.EncodedBlock;
import io.mas.api.block.RequestBuffers;
import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import io.mas.common.object.Layout;
import io.mas.common.object.ObjectHash;
import io.mas.common.object.PartId;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.security.MessageDigest;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Stores a body as a part: cuts it into blocks, hashes, compresses and codes them on the CPU pool,
 * and hands them to an {@link ExtentWriter}, which is one step behind. A body of 100 GiB uses as
 * much memory as one of 10 MiB. Thread-safe.
 */
public final class PartWriter {
  private static final int COPY_BYTES = 64 << 10;

  private final ExtentWriter.Context context;
  private final Blocks blocks;
  private final ObjectProperties properties;
  private final InstantSource clock;
  private final RandomGenerator random;

  PartWriter(
      ExtentWriter.Context context,
      Blocks blocks,
      ObjectProperties properties,
      InstantSource clock,
      RandomGenerator random) {
    this.context = context;
    this.blocks = blocks;
    this.properties = properties;
    this.clock = clock;
    this.random = random;
  }

  /**
   * Reads {@code body} to its end and stores it.
   *
   * @param hash the file that the part is for
   * @param most the most bytes that the body may have
   * @param digest gets all bytes, or null
   * @throws MasException TOO_LARGE, UNREADABLE_BODY, PLACEMENT_IMPOSSIBLE, RETRIES_EXHAUSTED,
   *     TOO_MANY_REQUESTS, METADATA_NOT_SAVED; what was stored is then discarded
   */
  public StoredPart write(
      ObjectHash hash, InputStream body, long most, @Nullable MessageDigest digest) {
    PartId id = PartId.create(clock.instant(), random);
    Source source = new Source(body, most);
    byte[] head = source.head();
    boolean small = head.length <= ObjectProperties.SMALL_PART;
    Layout layout = small ? properties.smallLayout() : properties.layout();
    if (head.length == 0) {
      return new StoredPart(id, 0, context.anyNodes(layout));
    }
    try (ExtentWriter extents = new ExtentWriter(context, hash, id, layout)) {
      new Pipeline(layout, extents, digest).run(source, head);
      return extents.finish(source.count);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new MasException(ErrorCode.STORING_FAILED, "interrupted while storing a part", e);
    }
  }

  /** Reads blocks and sets the CPU pool to work on them. */
  private final class Pipeline {
    private final Layout layout;
    private final ExtentWriter extents;
    private final @Nullable MessageDigest digest;
    private final RequestBuffers buffers = new RequestBuffers(blocks.buffers());
    private CompletableFuture<Void> hashed = CompletableFuture.completedFuture(null);

    Pipeline(Layout layout, ExtentWriter extents, @Nullable MessageDigest digest) {
      this.layout = layout;
      this.extents = extents;
      this.digest = digest;
    }

    void run(Source source, byte[] head) throws InterruptedException {
      byte[] first = head;
      int length = layout.blockSize();
      while (length == layout.blockSize()) {
        try (BlockBuffer buffer = nextBuffer()) {
          length = source.fill(buffer.raw(), layout.blockSize(), first);
          if (length > 0) {
            submit(buffer, length);
          }
        }
        first = new byte[0];
      }
      hashed.join();
    }

    /**
     * A second buffer is taken only if there is one at once, or when the first has been given back.
     */
    private BlockBuffer nextBuffer() throws InterruptedException {
      extents.awaitRoom();
      Optional<BlockBuffer> free = buffers.tryAcquire(layout);
      if (free.isPresent()) {
        return free.get();
      }
      extents.awaitIdle();
      return buffers.acquire(layout);
    }

    /** Each piece of work has a hold of its own on the buffer, also one that never starts. */
    private void submit(BlockBuffer buffer, int length) {
      if (digest != null) {
        MemorySegment raw = buffer.raw().asSlice(0, length);
        hashed =
            held(buffer, () -> blocks.cpu().then(hashed, () -> digest.update(raw.asByteBuffer())));
      }
      CompletableFuture<EncodedBlock> encoded =
          held(buffer, () -> blocks.cpu().submit(() -> blocks.codec().encode(buffer, length)));
      extents.add(new ExtentWriter.Pending(buffer.retain(), encoded, hashed));
    }
  }

  /** Starts work that holds the buffer until it is done. */
  private static <T extends @Nullable Object> CompletableFuture<T> held(
      BlockBuffer buffer, Supplier<CompletableFuture<T>> work) {
    buffer.retain();
    boolean started = false;
    try {
      CompletableFuture<T> running = work.get();
      started = true;
      return running.whenComplete((done, failure) -> buffer.close());
    } finally {
      if (!started) {
        buffer.close();
      }
    }
  }

  /** The body, counted against its limit. */
  private static final class Source {
    private final InputStream body;
    private final long most;
    private long count;

    Source(InputStream body, long most) {
      this.body = body;
      this.most = most;
    }

    /** The first bytes: as many as a small part may have and one more, if there are as many. */
    byte[] head() {
      try {
        byte[] head = body.readNBytes(ObjectProperties.SMALL_PART + 1);
        count(head.length);
        return head;
      } catch (IOException e) {
        throw unreadable(e);
      }
    }

    /** Fills {@code into} with {@code first} and what follows; returns the bytes, 0 at the end. */
    int fill(MemorySegment into, int length, byte[] first) {
      MemorySegment.copy(first, 0, into, ValueLayout.JAVA_BYTE, 0, first.length);
      byte[] copy = new byte[Math.min(COPY_BYTES, length)];
      int at = first.length;
      try {
        while (at < length) {
          int n = body.read(copy, 0, Math.min(copy.length, length - at));
          if (n < 0) {
            break;
          }
          MemorySegment.copy(copy, 0, into, ValueLayout.JAVA_BYTE, at, n);
          at += n;
          count(n);
        }
        return at;
      } catch (IOException e) {
        throw unreadable(e);
      }
    }

    private void count(int n) {
      count += n;
      if (count > most) {
        throw new MasException(
            ErrorCode.TOO_LARGE, "more than the %d bytes allowed".formatted(most));
      }
    }

    private static MasException unreadable(IOException e) {
      return new MasException(
          ErrorCode.UNREADABLE_BODY, "the body broke off: " + e.getMessage(), e);
    }
  }
}

package io.mas.api.object;

import io.mas.api.block.BlockBuffer;
import io.mas.api.block.Blocks;
import io.mas.api.block.RequestBuffers;
import io.mas.api.metadata.ExtentDocument;
import io.mas.api.metadata.FileDocument;
import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import io.mas.common.object.ByteRange;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Reads ranges of a list of parts, block by block and some blocks ahead, every byte verified before
 * it is handed on. Thread-safe; each reading is used by one thread.
 */
final class FileReader {
  /** Blocks fetched at once for one reading, as far as there is memory. */
  private static final int AHEAD = 4;

  private static final int COPY_BYTES = 64 << 10;

  private final BlockReader reader;
  private final Blocks blocks;
  private final Set<DataRule> rules;

  FileReader(BlockReader reader, Blocks blocks, Set<DataRule> rules) {
    this.reader = reader;
    this.blocks = blocks;
    this.rules = rules;
  }

  /** Gets each verified piece in order; the memory is valid during the call only. */
  private interface Sink {
    void accept(MemorySegment piece) throws IOException;
  }

  /** The buffers of one request, which may have several readings, one after the other. */
  RequestBuffers buffers() {
    return new RequestBuffers(blocks.buffers());
  }

  /**
   * What is read.
   *
   * @param parts of which the range is a piece
   * @param extents where they are
   */
  record Span(List<FileDocument.Part> parts, ExtentSource extents, ByteRange range) {}

  /** Begins to read a range and waits for its first block. */
  Reading read(Span span, RequestBuffers buffers) {
    Reading reading = new Reading(span, buffers);
    boolean begun = false;
    try {
      reading.fetchAhead();
      reading.awaitFirst();
      begun = true;
      return reading;
    } finally {
      if (!begun) {
        reading.close();
      }
    }
  }

  /** A block that is being fetched, and the piece of it that is wanted. */
  private record Ahead(
      BlockBuffer buffer, CompletableFuture<MemorySegment> raw, long from, long length) {}

  /** A range under way. */
  final class Reading implements StoredFile.Reading {
    private final List<FileDocument.Part> parts;
    private final ExtentSource extents;
    private final RequestBuffers buffers;
    private final long end;
    private final Deque<Ahead> ahead = new ArrayDeque<>();
    private long position;
    private int part;
    private long partStart;

    private Reading(Span span, RequestBuffers buffers) {
      this.parts = span.parts;
      this.extents = span.extents;
      this.buffers = buffers;
      this.position = span.range.offset();
      this.end = span.range.end();
    }

    @Override
    public void copy(OutputStream out) throws IOException {
      byte[] copy = new byte[COPY_BYTES];
      copyTo(
          piece -> {
            for (long at = 0; at < piece.byteSize(); at += copy.length) {
              int n = (int) Math.min(copy.length, piece.byteSize() - at);
              MemorySegment.copy(piece, ValueLayout.JAVA_BYTE, at, copy, 0, n);
              out.write(copy, 0, n);
            }
          });
    }

    /** Puts every byte of the range into {@code digest}, on the CPU pool. */
    void digest(MessageDigest digest, Runnable progress) {
      try {
        copyTo(
            piece -> {
              CompletableFuture<Void> before = CompletableFuture.completedFuture(null);
              blocks.cpu().then(before, () -> digest.update(piece.asByteBuffer())).join();
              progress.run();
            });
      } catch (IOException e) {
        throw new IllegalStateException("a digest does no I/O", e);
      }
    }

    private void copyTo(Sink sink) throws IOException {
      while (position < end || !ahead.isEmpty()) {
        fetchAhead();
        Ahead next = ahead.removeFirst();
        try {
          sink.accept(await(next).asSlice(next.from, next.length));
        } finally {
          release(next);
        }
      }
    }

    private void awaitFirst() {
      if (!ahead.isEmpty()) {
        await(ahead.getFirst());
      }
    }

    private static MemorySegment await(Ahead block) {
      try {
        return block.raw.join();
      } catch (CompletionException e) {
        throw e.getCause() instanceof RuntimeException cause ? cause : e;
      }
    }

    /** Starts further blocks; only the first of them waits for memory. */
    private void fetchAhead() {
      while (position < end && ahead.size() < AHEAD) {
        while (position >= partStart + parts.get(part).length()) {
          partStart += parts.get(part).length();
          part++;
        }
        ExtentDocument extent = extents.at(parts.get(part).id(), position - partStart);
        Optional<BlockBuffer> buffer = buffer(extent);
        if (buffer.isEmpty()) {
          return;
        }
        start(extent, buffer.get());
      }
    }

    private Optional<BlockBuffer> buffer(ExtentDocument extent) {
      try {
        return ahead.isEmpty()
            ? Optional.of(buffers.acquire(extent.layout()))
            : buffers.tryAcquire(extent.layout());
      } catch (InterruptedException e) {
        throw interrupted(e);
      }
    }

    /** Lists the block as one under way, or gives its buffer back. */
    private void start(ExtentDocument extent, BlockBuffer buffer) {
      boolean listed = false;
      try {
        int number = list(extent, buffer);
        listed = true;
        startFetch(extent, number, ahead.getLast());
      } finally {
        if (!listed) {
          buffer.close();
        }
      }
    }

    private int list(ExtentDocument extent, BlockBuffer buffer) {
      long inExtent = position - partStart - extent.offset();
      int number = (int) (inExtent / extent.layout().blockSize());
      long from = inExtent % extent.layout().blockSize();
      long length = Math.min(extent.blocks().get(number).rawLength() - from, end - position);
      ahead.addLast(new Ahead(buffer, new CompletableFuture<>(), from, length));
      position += length;
      return number;
    }

    /** A fetch that does not start has failed: its block is not waited for. */
    private void startFetch(ExtentDocument extent, int number, Ahead block) {
      boolean started = false;
      try {
        Thread _ =
            Thread.ofVirtual()
                .name("mas-block-read")
                .start(() -> fetch(extent, number, block.buffer, block.raw));
        started = true;
      } finally {
        if (!started) {
          block.raw.completeExceptionally(new IllegalStateException("a fetch did not start"));
        }
      }
    }

    private void fetch(
        ExtentDocument extent,
        int number,
        BlockBuffer buffer,
        CompletableFuture<MemorySegment> raw) {
      try {
        raw.complete(fetch(extent, number, buffer));
      } catch (InterruptedException e) {
        raw.completeExceptionally(interrupted(e));
      } catch (RuntimeException | Error e) {
        raw.completeExceptionally(e);
      }
    }

    private MemorySegment fetch(ExtentDocument extent, int number, BlockBuffer buffer)
        throws InterruptedException {
      try {
        return reader.read(extent, number, buffer);
      } catch (MasException e) {
        if (!rules.contains(DataRule.MOVED_IS_READ_AGAIN)) {
          throw e;
        }
        ExtentDocument now = extents.again(extent);
        if (now.shards().equals(extent.shards())) {
          throw e;
        }
        return reader.read(now, number, buffer); // its shards have moved
      }
    }

    /** A block that is given up early may still be fetched; its buffer goes back only then. */
    private static void release(Ahead block) {
      var _ = block.raw.whenComplete((raw, failure) -> block.buffer.close());
    }

    @Override
    public void close() {
      while (!ahead.isEmpty()) {
        release(ahead.removeFirst());
      }
      position = end;
    }

    private static MasException interrupted(InterruptedException e) {
      Thread.currentThread().interrupt();
      return new MasException(ErrorCode.DOWNLOAD_BROKE_OFF, "interrupted while reading", e);
    }
  }
}

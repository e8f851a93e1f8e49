package io.mas.api.block;

import io.mas.common.object.Layout;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * The memory of one block under way, cut for its layout: the shards, contiguous, and room for the
 * other form of the block (compressed when writing, raw when reading).
 *
 * <pre>
 * | shard 0 | ... | shard k-1 | parity 0 | ... | parity m-1 | other form |
 * </pre>
 *
 * <p>The raw block is read into the front, where it is already the data shards if it stays raw.
 */
public final class BlockBuffer implements AutoCloseable {
  private final Layout layout;
  private final BufferPool.Buffer buffer;

  private BlockBuffer(Layout layout, BufferPool.Buffer buffer) {
    this.layout = layout;
    this.buffer = buffer;
  }

  /** Waits for memory; see {@link BufferPool#acquire}. */
  public static BlockBuffer acquire(BufferPool pool, Layout layout) throws InterruptedException {
    return new BlockBuffer(layout, pool.acquire(bytes(layout)));
  }

  /** Waits for memory without giving up; see {@link BufferPool#await}. */
  static BlockBuffer await(BufferPool pool, Layout layout) throws InterruptedException {
    return new BlockBuffer(layout, pool.await(bytes(layout)));
  }

  /** Takes memory if there is some at once. */
  public static Optional<BlockBuffer> tryAcquire(BufferPool pool, Layout layout) {
    return pool.tryAcquire(bytes(layout)).map(buffer -> new BlockBuffer(layout, buffer));
  }

  private static int bytes(Layout layout) {
    int shard = layout.shardLength(layout.blockSize());
    return (layout.width() + layout.k()) * shard;
  }

  public Layout layout() {
    return layout;
  }

  /** Where a raw block is received: {@code blockSize} bytes and the padding. */
  public MemorySegment raw() {
    return buffer.memory().asSlice(0, (long) layout.k() * maxShard());
  }

  /** Where shard {@code index} is, when each has {@code shardLength} bytes. */
  MemorySegment shard(int index, int shardLength) {
    return buffer.memory().asSlice((long) index * shardLength, shardLength);
  }

  /** The parity shard {@code row}, behind the largest data shards. */
  MemorySegment parity(int row, int shardLength) {
    return buffer.memory().asSlice((long) (layout.k() + row) * maxShard(), shardLength);
  }

  /** Room for the other form of the block. */
  MemorySegment other() {
    return buffer
        .memory()
        .asSlice((long) layout.width() * maxShard(), (long) layout.k() * maxShard());
  }

  private int maxShard() {
    return layout.shardLength(layout.blockSize());
  }

  /** Adds a holder, who must close too: work that may go on after the block is given up. */
  public BlockBuffer retain() {
    buffer.retain();
    return this;
  }

  /** Ends one holder's hold. */
  @Override
  public void close() {
    buffer.release();
  }
}

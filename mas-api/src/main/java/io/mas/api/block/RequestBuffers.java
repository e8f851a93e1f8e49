package io.mas.api.block;

import io.mas.common.error.MasException;
import io.mas.common.object.Layout;
import java.util.Optional;

/**
 * The buffers of one request. Only its first has to come within the patience: that is when it is
 * admitted. What was begun then waits for its turn, however full the gateway is: it would be worse
 * to break it off after most of its bytes. Thread-safe.
 */
public final class RequestBuffers {
  private final BufferPool pool;
  private volatile boolean admitted;

  public RequestBuffers(BufferPool pool) {
    this.pool = pool;
  }

  /**
   * Waits for memory; to be called only by a request that holds none.
   *
   * @throws MasException TOO_MANY_REQUESTS if none comes in time for the first block
   */
  public BlockBuffer acquire(Layout layout) throws InterruptedException {
    BlockBuffer buffer =
        admitted ? BlockBuffer.await(pool, layout) : BlockBuffer.acquire(pool, layout);
    admitted = true;
    return buffer;
  }

  /** Takes memory if there is some at once. */
  public Optional<BlockBuffer> tryAcquire(Layout layout) {
    Optional<BlockBuffer> buffer = BlockBuffer.tryAcquire(pool, layout);
    if (buffer.isPresent()) {
      admitted = true;
    }
    return buffer;
  }
}

package io.mas.node.web;

import io.mas.common.protocol.NodeError;
import io.mas.node.shard.ShardStoreException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** A bounded amount of something that requests share; whoever comes late waits in line. */
final class Budget {
  /** Less than the time-out of a gateway's request, so that it hears why. */
  private static final Duration WAIT = Duration.ofSeconds(10);

  private final String what;
  private final int total;
  private final Semaphore free;

  Budget(String what, int total) {
    this.what = what;
    this.total = total;
    this.free = new Semaphore(total, true);
  }

  /**
   * Takes an amount, or all there is if that is less, until the answer is closed.
   *
   * @throws ShardStoreException {@code NOT_READY} if it is not to be had in time
   */
  Share take(int amount) {
    int taken = Math.min(amount, total);
    try {
      if (free.tryAcquire(taken, WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
        return () -> free.release(taken);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    throw new ShardStoreException(
        NodeError.NOT_READY,
        "%d of %d %s not free within %s: try again".formatted(taken, total, what, WAIT));
  }

  /** What was taken. */
  @FunctionalInterface
  interface Share extends AutoCloseable {
    @Override
    void close();
  }
}

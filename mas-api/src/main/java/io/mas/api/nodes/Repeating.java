package io.mas.api.nodes;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Does something again and again until it is closed, on a thread of its own. Thread-safe. */
final class Repeating implements AutoCloseable {
  private final Runnable task;
  private final Duration pause;
  private final Semaphore woken = new Semaphore(0);
  private volatile boolean closed;

  /**
   * Not begun yet.
   *
   * @param task must not throw
   */
  Repeating(Runnable task, Duration pause) {
    this.task = task;
    this.pause = pause;
  }

  /** Does it now, and again {@code pause} after each end. */
  void start(String thread) {
    Thread.ofVirtual().name(thread).start(this::run);
  }

  private void run() {
    try {
      while (!closed) {
        task.run();
        if (woken.tryAcquire(pause.toMillis(), TimeUnit.MILLISECONDS)) {
          woken.drainPermits();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Does it now, or again if it is being done. */
  void wake() {
    woken.release();
  }

  boolean closed() {
    return closed;
  }

  /** What is being done ends by itself. */
  @Override
  public void close() {
    closed = true;
    wake();
  }
}

package io.mas.api.garbage;

import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Keeps a sweep slow, and ends it when the process stops or its turn has ended. Thread-safe. */
final class Pace {
  private final Duration pause;
  private final CountDownLatch closing = new CountDownLatch(1);

  private final Runnable between;

  /**
   * @param between called with each page; may throw {@link CancellationException}
   */
  Pace(Duration pause, Runnable between) {
    this.pause = pause;
    this.between = between;
  }

  /**
   * Waits between two pages.
   *
   * @throws CancellationException if the sweep is to end
   */
  void next() {
    if (!rest(pause)) {
      throw new CancellationException("the process stops");
    }
    between.run();
  }

  /**
   * Goes on at once.
   *
   * @throws CancellationException if the sweep is to end
   */
  void goOn() {
    if (!rest(Duration.ZERO)) {
      throw new CancellationException("the process stops");
    }
    between.run();
  }

  /** Waits; false if the process stops. */
  boolean rest(Duration time) {
    try {
      return !closing.await(time.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  void end() {
    closing.countDown();
  }
}

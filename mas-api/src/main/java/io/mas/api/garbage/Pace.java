package io.mas.api.garbage;

import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Keeps a sweep slow, and ends it when the process stops. Thread-safe. */
final class Pace {
  private final Duration pause;
  private final CountDownLatch closing = new CountDownLatch(1);

  Pace(Duration pause) {
    this.pause = pause;
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

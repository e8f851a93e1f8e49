package io.mas.dev.server;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Waiting for what other processes do. */
public final class Waiting {
  private static final Duration POLL = Duration.ofMillis(20);

  private Waiting() {}

  /**
   * Waits until something holds.
   *
   * @throws IllegalStateException if it does not in time
   */
  public static void until(String what, Duration patience, BooleanSupplier holds) {
    long deadline = System.nanoTime() + patience.toNanos();
    while (!holds.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException("after %s it does not hold: %s".formatted(patience, what));
      }
      pause();
    }
  }

  /** Lets a moment pass. */
  public static void pause() {
    try {
      Thread.sleep(POLL);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for a process", e);
    }
  }
}

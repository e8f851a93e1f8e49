package io.mas.dev.server;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Waiting for what other processes do. */
public final class Waiting {
  private static final Duration POLL = Duration.ofMillis(20);

  private Waiting() {}

  /**
   * Waits until something holds. A process that cannot be asked just now is asked again: a sentinel
   * that gives a Redis another primary has it cut all its connections (CLIENT KILL TYPE normal).
   *
   * @param holds whether it does; an {@link UncheckedIOException} is a no
   * @throws IllegalStateException if it does not in time; its cause is why the last question failed
   */
  public static void until(String what, Duration patience, BooleanSupplier holds) {
    long deadline = System.nanoTime() + patience.toNanos();
    while (true) {
      @Nullable UncheckedIOException unanswered = null;
      try {
        if (holds.getAsBoolean()) {
          return;
        }
      } catch (UncheckedIOException e) {
        unanswered = e;
      }
      if (System.nanoTime() > deadline) {
        String message = "after %s it does not hold: %s".formatted(patience, what);
        throw new IllegalStateException(message, unanswered);
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

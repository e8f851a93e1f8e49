package io.mas.bench.load;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * When files are to start. With a rate, file n starts n / rate seconds after the first, and the
 * time until a client is free for it counts as its latency; without one, each client starts the
 * next when it has finished the last. Thread-safe.
 */
final class Schedule {
  private static final double NANOS = 1e9;

  private final double perSecond;
  private final long begin;
  private final AtomicLong next = new AtomicLong();

  /**
   * A schedule that begins now.
   *
   * @param perSecond files, or 0 for as fast as the clients can
   */
  Schedule(double perSecond, long now) {
    this.perSecond = perSecond;
    this.begin = now;
  }

  /** When file {@code n}, from 0, is to start; nanoseconds of the same clock as {@code begin}. */
  long start(long n) {
    return begin + (long) (n * NANOS / perSecond);
  }

  boolean open() {
    return perSecond > 0;
  }

  /** Waits for the next start and returns the time from which its latency counts. */
  long await() {
    if (!open()) {
      return System.nanoTime();
    }
    long start = start(next.getAndIncrement());
    for (long left = start - System.nanoTime(); left > 0; left = start - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
    return start;
  }
}

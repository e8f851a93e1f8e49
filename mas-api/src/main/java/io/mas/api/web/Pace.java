package io.mas.api.web;

import java.util.function.LongSupplier;

/**
 * How fast a client sends or takes bytes. Only the time spent waiting for the client counts, so
 * that a slow gateway never blames it. Used by one thread.
 *
 * <p>The time of waiting is cut into windows; in each of them the client has to move its share. A
 * client that stops is ended by the socket's own time-out, not here.
 */
final class Pace {
  private final long windowBytes;
  private final long windowNanos;
  private final LongSupplier nanoTime;
  private long waited;
  private long moved;

  Pace(LimitsProperties limits, LongSupplier nanoTime) {
    this.windowNanos = limits.rateWindow().toNanos();
    this.windowBytes = limits.minRate().toBytes() * limits.rateWindow().toSeconds();
    this.nanoTime = nanoTime;
  }

  /** The time to be given to {@link #moved} when the bytes have been moved. */
  long start() {
    return nanoTime.getAsLong();
  }

  /** Notes that {@code bytes} took since {@code start}; false if the client is too slow. */
  boolean moved(long start, long bytes) {
    waited += nanoTime.getAsLong() - start;
    moved += bytes;
    if (waited < windowNanos) {
      return true;
    }
    boolean enough = moved >= windowBytes;
    waited = 0;
    moved = 0;
    return enough;
  }
}

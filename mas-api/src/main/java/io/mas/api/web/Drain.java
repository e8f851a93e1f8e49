package io.mas.api.web;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drops what a client still sends after its answer: a browser that finds the connection closed
 * while it sends shows an error instead of the answer. Bounded in time, rate and number; a client
 * that waits to be asked for its body is never asked. Thread-safe.
 */
final class Drain {
  private static final Logger LOG = LoggerFactory.getLogger(Drain.class);
  private static final int BUFFER_BYTES = 64 * 1024;

  private final LimitsProperties limits;
  private final LongSupplier nanoTime;
  private final Semaphore places;

  Drain(LimitsProperties limits, LongSupplier nanoTime) {
    this.limits = limits;
    this.nanoTime = nanoTime;
    this.places = new Semaphore(limits.drains());
  }

  /** Sends what is left of the answer, then drops what is left of the body. */
  void finish(Exchange exchange, HttpServletResponse response) {
    if (exchange.aborted() || !exchange.bodyPending()) {
      return;
    }
    try {
      if (exchange.bodyBroken() || !sendAndDrop(exchange, response)) {
        exchange.leaveBody();
      }
    } catch (IOException e) {
      LOG.debug("the client went away or was too slow while its body was dropped", e);
      exchange.leaveBody();
    }
  }

  /** Whether the body was read to its end. */
  private boolean sendAndDrop(Exchange exchange, HttpServletResponse response) throws IOException {
    response.flushBuffer();
    return !exchange.bodyNotAskedFor() && drop(exchange);
  }

  private boolean drop(Exchange exchange) throws IOException {
    if (!places.tryAcquire()) {
      return false;
    }
    try {
      return readAll(exchange.rest());
    } finally {
      places.release();
    }
  }

  private boolean readAll(GuardedBody body) throws IOException {
    byte[] buffer = new byte[BUFFER_BYTES];
    long start = nanoTime.getAsLong();
    long dropped = 0;
    while (nanoTime.getAsLong() - start < limits.drainTime().toNanos()) {
      int n = body.read(buffer, 0, buffer.length);
      if (n < 0) {
        return true;
      }
      dropped += n;
      slowDown(dropped, nanoTime.getAsLong() - start);
    }
    return false;
  }

  private void slowDown(long dropped, long elapsedNanos) {
    long due =
        (long) (dropped * ((double) TimeUnit.SECONDS.toNanos(1) / limits.drainRate().toBytes()));
    if (due > elapsedNanos) {
      LockSupport.parkNanos(due - elapsedNanos);
    }
  }
}

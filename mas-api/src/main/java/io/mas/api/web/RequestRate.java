package io.mas.api.web;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Lets so many requests pass in a second, evenly or in one burst of as many. Thread-safe. */
final class RequestRate {
  private final int perSecond;
  private final LongSupplier nanoTime;

  @GuardedBy("this")
  private double permits;

  @GuardedBy("this")
  private long filled;

  RequestRate(int perSecond, LongSupplier nanoTime) {
    this.perSecond = perSecond;
    this.nanoTime = nanoTime;
    this.permits = perSecond;
    this.filled = nanoTime.getAsLong();
  }

  /** Takes one; throws TOO_MANY_REQUESTS if there is none. */
  synchronized void take() {
    long now = nanoTime.getAsLong();
    double grown = (now - filled) * (double) perSecond / TimeUnit.SECONDS.toNanos(1);
    permits = Math.min(perSecond, permits + grown);
    filled = now;
    if (permits < 1) {
      throw new MasException(
          ErrorCode.TOO_MANY_REQUESTS,
          "more than %d token requests in a second".formatted(perSecond));
    }
    permits--;
  }
}

package io.mas.api.repair;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * So many bytes a second, on average. Bytes are charged when they move and may make a debt; who
 * wants to move more waits until it is paid. No more is saved up than is moved in one go, or what
 * was saved while there was nothing to do would go all together. Thread-safe.
 */
final class ByteRate {
  private final double perNano;
  private final double most;
  private final LongSupplier nanoTime;

  @GuardedBy("this")
  private double balance;

  @GuardedBy("this")
  private long paid;

  ByteRate(long perSecond, LongSupplier nanoTime) {
    this.perNano = (double) perSecond / TimeUnit.SECONDS.toNanos(1);
    this.most = RepairRates.SECONDS_AT_ONCE * perSecond;
    this.nanoTime = nanoTime;
    this.balance = most;
    this.paid = nanoTime.getAsLong();
  }

  synchronized void charge(long bytes) {
    pay();
    balance -= bytes;
  }

  /** Nanoseconds until there is no debt. */
  synchronized long debt() {
    pay();
    return balance >= 0 ? 0 : (long) Math.ceil(-balance / perNano);
  }

  @GuardedBy("this")
  private void pay() {
    long now = nanoTime.getAsLong();
    balance = Math.min(most, balance + (double) (now - paid) * perNano);
    paid = now;
  }
}

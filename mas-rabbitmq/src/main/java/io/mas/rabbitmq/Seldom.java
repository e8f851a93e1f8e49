package io.mas.rabbitmq;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** True at first, and then at most once in a period. Thread-safe. */
final class Seldom {
  private final long period;
  private final AtomicLong next = new AtomicLong(System.nanoTime());

  Seldom(Duration period) {
    this.period = period.toNanos();
  }

  boolean now() {
    long now = System.nanoTime();
    long due = next.get();
    return now - due >= 0 && next.compareAndSet(due, now + period);
  }
}

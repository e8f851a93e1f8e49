package io.mas.bench.load;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** How far a run is, for its clients and for whoever leads them. Thread-safe. */
final class Progress {
  private final Totals totals = new Totals();
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile boolean measuring;
  private volatile boolean stopped;
  private volatile boolean exhausted;
  private volatile @Nullable RuntimeException problem;

  Totals totals() {
    return totals;
  }

  boolean measuring() {
    return measuring;
  }

  void measure(boolean now) {
    measuring = now;
  }

  boolean stopped() {
    return stopped;
  }

  void stop() {
    stopped = true;
    ended.countDown();
  }

  /** There are no more files to send. */
  void exhausted() {
    exhausted = true;
    stop();
  }

  /** Something is wrong with the store or with this driver. */
  void abort(RuntimeException e) {
    problem = e;
    stop();
  }

  boolean wasExhausted() {
    return exhausted;
  }

  /**
   * Waits so long, or until the clients have come to an end.
   *
   * @return whether they go on
   * @throws RuntimeException what a client aborted the run with
   */
  boolean await(Duration time) throws InterruptedException {
    boolean over = ended.await(time.toNanos(), TimeUnit.NANOSECONDS);
    RuntimeException e = problem;
    if (e != null) {
      throw e;
    }
    return !over;
  }
}

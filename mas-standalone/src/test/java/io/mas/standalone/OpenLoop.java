package io.mas.standalone;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;

/**
 * Requests that begin when they are due, whether or not those before have ended, as those of many
 * clients do; how long each took counts from when it was due (Schroeder, Wierman, Harchol-Balter,
 * "Open versus closed", NSDI 2006).
 */
final class OpenLoop {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private OpenLoop() {}

  /** How many requests a second so many clients get done, one after the other each. */
  static double closedRate(int clients, Duration time, IntConsumer request) {
    AtomicInteger done = new AtomicInteger();
    long begin = System.nanoTime();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < clients; i++) {
        threads.execute(
            () -> {
              while (System.nanoTime() - begin < time.toNanos()) {
                request.accept(done.getAndIncrement());
              }
            });
      }
    }
    return done.get() * 1e9 / (System.nanoTime() - begin);
  }

  /**
   * The 99th percentile of the times of requests.
   *
   * @param rate requests a second
   * @param goesOn asked before each request
   */
  static Duration p99(double rate, BooleanSupplier goesOn, IntConsumer request) {
    ConcurrentLinkedQueue<Long> nanos = new ConcurrentLinkedQueue<>();
    AtomicInteger begun = new AtomicInteger();
    long begin = System.nanoTime();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      while (goesOn.getAsBoolean()) {
        int number = begun.getAndIncrement();
        long due = begin + (long) (number * 1e9 / rate);
        LockSupport.parkNanos(due - System.nanoTime());
        threads.execute(
            () -> {
              request.accept(number);
              nanos.add(System.nanoTime() - due);
            });
      }
      await().atMost(PATIENCE).until(() -> nanos.size() == begun.get());
    }
    List<Long> sorted = nanos.stream().sorted().toList();
    return Duration.ofNanos(sorted.get((int) Math.ceil(sorted.size() * 0.99) - 1));
  }
}

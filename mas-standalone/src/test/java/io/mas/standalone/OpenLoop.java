package io.mas.standalone;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
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
   * The times of requests.
   *
   * @param rate requests a second
   * @param goesOn asked before each request
   */
  static Times times(double rate, BooleanSupplier goesOn, IntConsumer request) {
    ConcurrentLinkedQueue<Time> times = new ConcurrentLinkedQueue<>();
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
              times.add(new Time(due - begin, System.nanoTime() - due));
            });
      }
      await().atMost(PATIENCE).until(() -> times.size() == begun.get());
    }
    return new Times(List.copyOf(times));
  }

  /**
   * How long a request took.
   *
   * @param due nanoseconds after the first
   * @param nanos from when it was due to its end
   */
  record Time(long due, long nanos) {}

  /** How long requests took. */
  record Times(List<Time> all) {
    /** Such as 0.99; of at least one request. */
    Duration percentile(double share) {
      return percentile(all, share);
    }

    private static Duration percentile(List<Time> some, double share) {
      List<Long> sorted = some.stream().map(Time::nanos).sorted().toList();
      return Duration.ofNanos(sorted.get((int) Math.ceil(sorted.size() * share) - 1));
    }

    /** The percentile of those that were due in each of so long, one after the other. */
    List<Duration> percentiles(double share, Duration each) {
      Map<Long, List<Time>> parts =
          all.stream()
              .collect(groupingBy(time -> time.due / each.toNanos(), TreeMap::new, toList()));
      return parts.values().stream().map(part -> percentile(part, share)).toList();
    }
  }
}

package io.mas.standalone.load;

import io.mas.common.error.ErrorCode;
import io.mas.standalone.load.KnownFile.State;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * Judges every answer, and counts: one that was expected, one that an outage excuses, or a
 * violation. Thread-safe.
 */
final class Journal {
  /** So many violations are kept; one is enough. */
  private static final int MOST_VIOLATIONS = 50;

  private static final int OK = 200;

  private final LongSupplier clock;
  private final Outages outages;
  private final Map<Operation, Tally> tallies = new EnumMap<>(Operation.class);
  private final LongAdder uploads = new LongAdder();
  private final Set<String> files = ConcurrentHashMap.newKeySet();
  private final ConcurrentLinkedQueue<String> violations = new ConcurrentLinkedQueue<>();
  private final AtomicLong violationCount = new AtomicLong();
  private final ConcurrentLinkedQueue<String> refusals = new ConcurrentLinkedQueue<>();
  private final AtomicLong refusalCount = new AtomicLong();

  /** What became of the requests of one kind. */
  private static final class Tally {
    final LongAdder ok = new LongAdder();
    final LongAdder provoked = new LongAdder();
    final LongAdder excused = new LongAdder();
    final LongAdder later = new LongAdder();
    final LongAdder bytes = new LongAdder();
    final LongAdder nanos = new LongAdder();
    final LongAccumulator longest = new LongAccumulator(Math::max, 0);
  }

  /**
   * A journal whose times begin now.
   *
   * @param recovery within which everything is to be normal after an outage
   */
  Journal(LongSupplier nanoTime, Duration recovery) {
    long origin = nanoTime.getAsLong();
    this.clock = () -> nanoTime.getAsLong() - origin;
    this.outages = new Outages(clock, recovery);
    for (Operation operation : Operation.values()) {
      tallies.put(operation, new Tally());
    }
  }

  Outages outages() {
    return outages;
  }

  /** Nanoseconds since the beginning. */
  long now() {
    return clock.getAsLong();
  }

  /**
   * Counts how an exchange ended.
   *
   * @param expected whether it may end so with nothing down
   */
  void note(Exchange exchange, boolean expected) {
    Tally tally = tally(exchange.operation());
    Exchange.Result result = exchange.result();
    tally.nanos.add(exchange.end() - exchange.start());
    tally.longest.accumulate(exchange.end() - exchange.start());
    tally.bytes.add(result.bytes());
    if (!expected) {
      excuse(exchange, tally);
    } else if (result.code() == OK) {
      tally.ok.increment();
    } else {
      tally.provoked.increment();
    }
  }

  private void excuse(Exchange exchange, Tally tally) {
    Exchange.Result result = exchange.result();
    if (result.code() == ErrorCode.TOO_MANY_REQUESTS.code()) {
      tally.later.increment();
    } else if (result.isHung() || !outages.excuse(exchange)) {
      unexplained(exchange);
      return;
    } else {
      tally.excused.increment();
    }
    if ((result.status() == 503 || result.status() == 429) && !result.retryAfter()) {
      violation(exchange + ", without Retry-After");
    }
  }

  private void unexplained(Exchange exchange) {
    Exchange.Result result = exchange.result();
    boolean noAnswer = result.isBrokenOff() && result.status() == 0;
    String what = exchange + ", which nothing explains";
    if (result.status() == 503 || noAnswer) {
      add(what, refusals, refusalCount);
    } else {
      violation(what);
    }
  }

  /** The client was told that its upload is stored; once for each, however often it asks. */
  void stored(KnownFile file) {
    uploads.increment();
    files.add(file.hash());
  }

  /** Of how many files an upload was acknowledged. */
  int files() {
    return files.size();
  }

  /** How many uploads were acknowledged. */
  long uploads() {
    return uploads.sum();
  }

  /** Judges that a file was seen so between two times. */
  void saw(KnownFile file, State state, long from, long to) {
    file.contradiction(state, outages.truthFrom(from, to), to).ifPresent(this::violation);
  }

  void violation(String what) {
    add(what, violations, violationCount);
  }

  private void add(String what, Queue<String> to, AtomicLong count) {
    if (count.incrementAndGet() <= MOST_VIOLATIONS) {
      to.add("at %.3f s: %s".formatted(now() / 1e9, what));
    }
  }

  /** What must never be, be the machine as slow as it may. */
  List<String> violations() {
    return List.copyOf(violations);
  }

  /** Requests that a store with time enough answers: 503 and no answer, with nothing down. */
  List<String> refusals() {
    return List.copyOf(refusals);
  }

  /** How many there were of them. */
  long refusalCount() {
    return refusalCount.get();
  }

  /** The part of all requests that was refused with nothing down. */
  double refusedPart() {
    long all = tallies.keySet().stream().mapToLong(this::count).sum() + refusalCount.get();
    return refusalCount.get() / (double) Math.max(1, all);
  }

  /** How often requests of a kind have gone as they should. */
  long count(Operation operation) {
    Tally tally = tally(operation);
    return tally.ok.sum() + tally.provoked.sum();
  }

  private Tally tally(Operation operation) {
    Tally tally = tallies.get(operation);
    if (tally == null) {
      throw new IllegalStateException("every operation has a tally");
    }
    return tally;
  }

  /** Figures for people. */
  String report() {
    StringBuilder out = new StringBuilder();
    out.append("              ok  provoked   excused  later       MiB   mean ms    max ms\n");
    tallies.forEach((operation, tally) -> out.append(line(operation, tally)).append('\n'));
    outages.all().forEach(outage -> out.append(outage).append('\n'));
    return out.append(violationCount)
        .append(" violations, ")
        .append(refusalCount)
        .append(" refusals with nothing down")
        .toString();
  }

  private static String line(Operation operation, Tally tally) {
    long ok = tally.ok.sum();
    long provoked = tally.provoked.sum();
    long excused = tally.excused.sum();
    long later = tally.later.sum();
    return String.format(
        Locale.ROOT,
        "%-12s %6d %8d %8d %6d %9.1f %9.1f %9.1f",
        operation,
        ok,
        provoked,
        excused,
        later,
        tally.bytes.sum() / (double) (1 << 20),
        tally.nanos.sum() / 1e6 / Math.max(1, ok + provoked + excused + later),
        tally.longest.get() / 1e6);
  }
}

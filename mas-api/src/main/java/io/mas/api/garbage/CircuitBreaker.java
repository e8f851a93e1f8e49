package io.mas.api.garbage;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stops the collection where it would delete unusually much: that much garbage is rather a sign of
 * wrong metadata, such as those of an old backup. Once open it stays open until an operator
 * confirms. Thread-safe.
 */
public final class CircuitBreaker {
  private static final Logger LOG = LoggerFactory.getLogger(CircuitBreaker.class);
  private static final long HOUR = Duration.ofHours(1).toMillis();

  private final BreakerProperties limits;
  private final InstantSource clock;
  private final Deque<Spent> lastHour = new ArrayDeque<>();
  private boolean confirmed;
  private @Nullable String reason;

  CircuitBreaker(BreakerProperties limits, InstantSource clock) {
    this.limits = limits;
    this.clock = clock;
    this.confirmed = limits.confirmed();
  }

  /**
   * What was found somewhere.
   *
   * @param where for the operator
   * @param found garbage
   * @param of all that was looked at there
   */
  record Tally(String where, long found, long of) {}

  private record Spent(long time, long count) {}

  /** Why it is open, or empty if it is closed. */
  public synchronized Optional<String> reason() {
    return Optional.ofNullable(reason);
  }

  /** Whether every collection is stopped. */
  public synchronized boolean open() {
    return reason != null;
  }

  /** An operator says that it is right: closes it, and lets the next sweep go on as it is. */
  public synchronized void confirm() {
    reason = null;
    confirmed = true;
  }

  /** Whether garbage of this amount may be deleted; opens if not. */
  synchronized boolean admits(List<Tally> tallies) {
    if (reason != null) {
      return false;
    }
    String problem = problem(tallies);
    if (problem != null && !confirmed) {
      reason = problem;
      LOG.error(
          "the collection of garbage is stopped: {}. Is this the right database? If so, set "
              + "mas.garbage.breaker.confirmed=true and start this process again",
          problem);
      return false;
    }
    confirmed &= problem == null;
    lastHour.add(new Spent(clock.millis(), sum(tallies)));
    return true;
  }

  /** More than so much is too much, whatever else is found. */
  long most() {
    return limits.perHour();
  }

  private @Nullable String problem(List<Tally> tallies) {
    for (Tally tally : tallies) {
      if (tally.found > Math.max(limits.floor(), limits.share() * tally.of)) {
        return "it would delete %d of %d of %s".formatted(tally.found, tally.of, tally.where);
      }
    }
    lastHour.removeIf(spent -> spent.time <= clock.millis() - HOUR);
    long all = sum(tallies) + lastHour.stream().mapToLong(Spent::count).sum();
    return all > limits.perHour()
        ? "it would delete %d columns and parts within an hour".formatted(all)
        : null;
  }

  private static long sum(List<Tally> tallies) {
    return tallies.stream().mapToLong(Tally::found).sum();
  }
}

package io.mas.api.garbage;

import io.mas.api.metadata.SweepDocument;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stops the collection where it would delete unusually much: that much garbage is rather a sign of
 * wrong metadata, such as those of an old backup. Once open it stays open until an operator
 * confirms, in every process and over every restart: what it says and counts is in the metadata.
 * Thread-safe.
 */
public final class CircuitBreaker {
  private static final Logger LOG = LoggerFactory.getLogger(CircuitBreaker.class);

  private final BreakerProperties limits;
  private final SweepState state;

  CircuitBreaker(BreakerProperties limits, SweepState state) {
    this.limits = limits;
    this.state = state;
  }

  /**
   * What was found somewhere.
   *
   * @param where for the operator
   * @param found garbage
   * @param of all that was looked at there
   */
  record Tally(String where, long found, long of) {}

  /**
   * What a sweep has found.
   *
   * @param whole whether it has looked at everything
   * @param dry whether nothing will be deleted, whatever is admitted
   */
  record Sweep(List<Tally> tallies, boolean whole, boolean dry) {}

  /** Why it is open, or empty if it is closed; as this process has last read it. */
  public Optional<String> reason() {
    return Optional.of(state.seen().breaker().stopped()).filter(text -> !text.isEmpty());
  }

  /** Whether every collection is stopped, as this process has last read it. */
  public boolean open() {
    return state.seen().breaker().open();
  }

  /**
   * Whether garbage of this amount may be deleted; opens if not. What may counts as deleted from
   * then on: a process that dies over it cannot say how far it came.
   *
   * @param time of this judgement, Unix milliseconds
   */
  boolean admits(Sweep sweep, long time) {
    boolean wasOpen = state.read().breaker().open();
    SweepDocument now = state.update(before -> judged(before, sweep, time));
    if (now.breaker().open() && !wasOpen) {
      LOG.error(
          "the collection of garbage is stopped: {}. Is this the right database? If so, confirm it: "
              + "POST /api/admin/garbage/confirm",
          now.breaker().stopped());
    }
    return !now.breaker().open();
  }

  private SweepDocument judged(SweepDocument now, Sweep sweep, long time) {
    if (now.breaker().open()) {
      return now;
    }
    String problem = problem(sweep.tallies, now, time);
    boolean confirmed = now.breaker().confirmed();
    if (problem != null && !confirmed) {
      return now.stopped(problem, time);
    }
    // It was for what was found then: a sweep that sees all and finds it no more has used it up.
    boolean stands = confirmed && problem == null && !sweep.whole;
    return sweep.dry ? now : now.deleting(sum(sweep.tallies), time, stands);
  }

  /**
   * So much of what was admitted at that time is not touched: the next sweep finds it again, and it
   * would count with each.
   */
  void spared(long count, long time) {
    if (count > 0) {
      SweepDocument _ = state.update(now -> now.spared(count, time));
    }
  }

  /** So much of a node is never too much. */
  int unsuspicious() {
    return limits.floor();
  }

  /** More than so much is too much, whatever else is found. */
  long most() {
    return limits.perHour();
  }

  private @Nullable String problem(List<Tally> tallies, SweepDocument now, long time) {
    for (Tally tally : tallies) {
      if (tally.found > Math.max(limits.floor(), limits.share() * tally.of)) {
        return "it would delete %d of %d of %s".formatted(tally.found, tally.of, tally.where);
      }
    }
    long all = sum(tallies) + now.breaker().withinAnHour(time);
    return all > limits.perHour()
        ? "it would delete %d columns and parts within an hour".formatted(all)
        : null;
  }

  private static long sum(List<Tally> tallies) {
    return tallies.stream().mapToLong(Tally::found).sum();
  }
}

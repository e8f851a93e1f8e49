package io.mas.api.metadata;

import io.mas.common.object.Layout;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * {@code settings/sweep}: how the collection of garbage stands, for all processes. Whose turn the
 * sweep of the inventories is, which is only against double work; what the circuit breaker has said
 * and counted, so that no restart makes it forget; and what operators are told.
 *
 * @param version 1 when inserted, raised by one with each change
 * @param turn whose sweep it is, or was last
 * @param begun how many sweeps have begun
 * @param judged the last of them that has looked at everything and was judged
 * @param breaker of the collections
 * @param mode what the process that swept last, or that started last, is told to do
 * @param last what the last whole sweep came to
 */
public record SweepDocument(
    long version, Turn turn, long begun, long judged, Breaker breaker, Mode mode, Last last) {

  /** What is so before the first sweep ever; as if it were saved as version 0. */
  public static final SweepDocument NONE =
      new SweepDocument(0, Turn.NOBODYS, 0, 0, Breaker.CLOSED, Mode.ON, Last.NONE);

  /** Minutes of which is remembered what was deleted, and the longest list in this document. */
  private static final int MINUTES = 60;

  /** What a process does with garbage, by its settings. */
  public enum Mode {
    /** It collects. */
    ON,
    /** Its sweeps of the inventories delete nothing. */
    DRY_RUN,
    /** It collects nothing at all. */
    OFF
  }

  /**
   * Who sweeps.
   *
   * @param process a random id of one run; "" if nobody ever did
   * @param until when the turn is free for others, Unix milliseconds
   */
  public record Turn(String process, long until) {
    static final Turn NOBODYS = new Turn("", 0);
  }

  /**
   * The circuit breaker.
   *
   * @param stopped why every collection is stopped; "" if it is not
   * @param since since when, Unix milliseconds; 0 if it is not
   * @param confirmed whether the next sweep goes on though it would be stopped: an operator says so
   * @param lately what was deleted, minute by minute, the oldest first
   */
  public record Breaker(String stopped, long since, boolean confirmed, List<Deleted> lately) {
    static final Breaker CLOSED = new Breaker("", 0, false, List.of());

    public Breaker {
      lately = List.copyOf(lately);
    }

    /** Whether every collection is stopped. */
    public boolean open() {
      return !stopped.isEmpty();
    }

    /** What was deleted in the hour before. */
    public long withinAnHour(long now) {
      return lately.stream()
          .filter(one -> one.minute > minute(now) - MINUTES)
          .mapToLong(Deleted::count)
          .sum();
    }
  }

  /**
   * What the sweeps deleted in a minute.
   *
   * @param minute since 1970
   */
  public record Deleted(long minute, long count) {
    private Deleted without(long less) {
      return new Deleted(minute, Math.max(0, count - less));
    }
  }

  /**
   * A whole sweep.
   *
   * @param ended when it ended, Unix milliseconds; 0 before the first
   * @param columns that it looked at
   * @param bytes of them
   * @param found columns and parts that it took for garbage
   * @param deleted of these: deleted, or left to the collection
   * @param layouts those of the extents that it looked at: files keep the one of their time
   */
  public record Last(
      long ended, long columns, long bytes, long found, long deleted, Set<Layout> layouts) {
    static final Last NONE = new Last(0, 0, 0, 0, 0, Set.of());

    public Last {
      layouts = Set.copyOf(layouts);
    }
  }

  public SweepDocument {
    if (version < 0 || begun < judged) {
      throw new IllegalArgumentException(
          "version %d, sweep %d judged of %d, expected none negative and judged what has begun"
              .formatted(version, judged, begun));
    }
  }

  private static long minute(long time) {
    return Math.floorDiv(time, 60_000L);
  }

  /** A process begins a sweep. */
  public SweepDocument begin(Turn next, Mode now) {
    return new SweepDocument(version + 1, next, begun + 1, judged, breaker, now, last);
  }

  /** The same with another end of the turn. */
  public SweepDocument until(Turn next) {
    return new SweepDocument(version + 1, next, begun, judged, breaker, mode, last);
  }

  /** A process is told to do so. */
  public SweepDocument mode(Mode now) {
    return new SweepDocument(version + 1, turn, begun, judged, breaker, now, last);
  }

  /** The sweep that has begun last has looked at everything, and was judged. */
  public SweepDocument judgedNow() {
    return new SweepDocument(version + 1, turn, begun, begun, breaker, mode, last);
  }

  /** The sweep that has begun last has ended. */
  public SweepDocument ended(Turn next, Last sweep) {
    return new SweepDocument(version + 1, next, begun, judged, breaker, mode, sweep);
  }

  /** Every collection is stopped. */
  public SweepDocument stopped(String reason, long now) {
    return with(new Breaker(reason, now, false, breaker.lately));
  }

  /** An operator says that what would be deleted is garbage. */
  public SweepDocument confirmed() {
    return with(new Breaker("", 0, true, breaker.lately));
  }

  /**
   * So much is about to be deleted.
   *
   * @param confirmed whether the word of an operator still stands
   */
  public SweepDocument deleting(long count, long now, boolean confirmed) {
    List<Deleted> lately = new ArrayList<>();
    long sum = count;
    for (Deleted one : breaker.lately) {
      if (one.minute == minute(now)) {
        sum += one.count;
      } else if (one.minute > minute(now) - MINUTES && one.minute < minute(now)) {
        lately.add(one);
      }
    }
    lately.add(new Deleted(minute(now), sum));
    return with(new Breaker("", 0, confirmed, lately));
  }

  /** So much of what was about to be deleted at that time was not. */
  public SweepDocument spared(long count, long then) {
    List<Deleted> lately =
        breaker.lately.stream()
            .map(one -> one.minute == minute(then) ? one.without(count) : one)
            .toList();
    return with(new Breaker(breaker.stopped, breaker.since, breaker.confirmed, lately));
  }

  private SweepDocument with(Breaker next) {
    return new SweepDocument(version + 1, turn, begun, judged, next, mode, last);
  }
}

package io.mas.standalone.load;

import io.mas.standalone.Content;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A file, and what its clients may conclude from the changes that they have asked for. Its content
 * never changes, so that it is only either stored or absent, and one look through the changes is
 * the whole check. Any number of clients may change it at once. Thread-safe.
 *
 * <p>Times are nanoseconds of one clock. A change whose outcome is unknown may be in force at any
 * later time, until a change of the same kind that began after it was acknowledged: the former was
 * conditional on a version of the file that is then no more.
 */
final class KnownFile {
  /** What a change makes of the file. */
  enum State {
    ABSENT,
    STORED
  }

  /** What is known of a change. */
  enum Outcome {
    /** Asked for, not answered; or answered so that it may be in force or not. */
    OPEN,
    DONE,
    /** Certainly not in force. */
    REFUSED
  }

  /** An upload or delete that was asked for. */
  final class Change {
    private final State to;
    private final long start;
    private long end = Long.MAX_VALUE;
    private Outcome outcome = Outcome.OPEN;

    private Change(State to, long start) {
      this.to = to;
      this.start = start;
    }

    /** The request was answered, or broke off. */
    void ended(Outcome how, long now) {
      synchronized (KnownFile.this) {
        end = now;
        outcome = how;
      }
    }
  }

  private final Content content;
  private final List<Change> changes = new ArrayList<>();
  private boolean collected;

  /** A file that is not stored: nobody has had its content before. */
  KnownFile(Content content) {
    this.content = content;
    Change origin = new Change(State.ABSENT, Long.MIN_VALUE);
    origin.ended(Outcome.DONE, Long.MIN_VALUE);
    changes.add(origin);
  }

  Content content() {
    return content;
  }

  String hash() {
    return content.hash();
  }

  /** An upload or a delete is about to be sent. */
  synchronized Change begin(State to, long now) {
    changes.removeIf(change -> change.outcome == Outcome.REFUSED);
    Change change = new Change(to, now);
    changes.add(change);
    collected |= to == State.ABSENT;
    return change;
  }

  /** How often it was to be changed. */
  synchronized int changes() {
    return changes.size();
  }

  /** An upload of it is about to be given up. */
  synchronized void aborting() {
    collected = true;
  }

  /** Whether something of it may be collected: it was deleted, or an upload given up. */
  synchronized boolean collected() {
    return collected;
  }

  /** What the last change that was asked for would make of it. */
  synchronized State lastWish() {
    return last().to;
  }

  /** Whether the last change that was asked for is done. */
  synchronized boolean lastDone() {
    return last().outcome == Outcome.DONE;
  }

  private Change last() {
    return changes.stream()
        .filter(change -> change.outcome != Outcome.REFUSED)
        .reduce((_, later) -> later)
        .orElseThrow();
  }

  /** The state that it has all the time between two times, if that is certain. */
  synchronized Optional<State> state(long from, long to) {
    return changes.stream()
        .filter(change -> change.outcome == Outcome.DONE && change.end <= from)
        .filter(change -> holds(change, to))
        .map(change -> change.to)
        .findFirst();
  }

  /** Whether nothing can have undone a change until {@code time}. */
  private boolean holds(Change done, long time) {
    return changes.stream()
        .allMatch(
            other -> other.to == done.to || other.start >= time || settled(other) <= done.start);
  }

  /** The time after which a change does nothing any more. */
  private long settled(Change change) {
    return switch (change.outcome) {
      case DONE -> change.end;
      case REFUSED -> Long.MIN_VALUE;
      case OPEN ->
          changes.stream()
              .filter(other -> other.to == change.to && other.outcome == Outcome.DONE)
              .filter(other -> other.start >= change.end)
              .mapToLong(other -> other.end)
              .min()
              .orElse(Long.MAX_VALUE);
    };
  }

  /** What is wrong with having seen it so between two times; empty if nothing. */
  Optional<String> contradiction(State seen, long from, long to) {
    return state(from, to)
        .filter(known -> known != seen)
        .map(
            known ->
                "%s: %s"
                    .formatted(
                        seen == State.STORED
                            ? "a deleted file is there"
                            : "an acknowledged file is lost",
                        this));
  }

  @Override
  public String toString() {
    return "%s (%d bytes, %s)".formatted(content, content.length(), content.hash());
  }
}

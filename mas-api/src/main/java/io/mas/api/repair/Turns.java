package io.mas.api.repair;

import io.mas.api.metadata.Concern;
import io.mas.api.metadata.ExtentDocument;
import io.mas.api.metadata.ExtentDocument.Turn;
import io.mas.api.metadata.MetadataStore;
import io.mas.api.metadata.WriteOutcome;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;

/**
 * Who looks at an extent when. A worker takes an extent by moving its next turn beyond the time
 * that it wants to be alone; when it dies, the turn comes again. Two who work on the same extent
 * all the same only waste their work. Thread-safe.
 */
final class Turns {
  /** Tries against others who change the same document. */
  private static final int TRIES = 3;

  /**
   * Bytes a millisecond that a worker writes at the least, for the length of its lease: 1 MiB/s.
   */
  private static final long SLOWEST = 1 << 10;

  /** Doublings of the backoff that are counted, far beyond any limit. */
  private static final int MOST_DOUBLINGS = 20;

  private final MetadataStore metadata;
  private final InstantSource clock;
  private final RepairProperties properties;
  private final Set<RepairRule> rules;

  Turns(
      MetadataStore metadata,
      InstantSource clock,
      RepairProperties properties,
      Set<RepairRule> rules) {
    this.metadata = metadata;
    this.clock = clock;
    this.properties = properties;
    this.rules = rules;
  }

  /** The document as this worker has taken it, or empty if there is nothing for it to do. */
  Optional<ExtentDocument> take(ExtentDocument seen) {
    Optional<ExtentDocument> now = Optional.of(seen);
    for (int i = 0; i < TRIES && now.isPresent(); i++) {
      ExtentDocument taken = now.get().withTurn(leased(now.get()));
      WriteOutcome outcome = metadata.compareAndSetExtent(taken);
      if (outcome == WriteOutcome.APPLIED) {
        return Optional.of(taken);
      }
      now = metadata.extent(seen.id(), Concern.LINEARIZABLE);
      if (outcome == WriteOutcome.UNKNOWN && now.filter(taken::equals).isPresent()) {
        return now;
      }
      now = now.filter(ExtentDocument::lacking).filter(this::due);
    }
    return Optional.empty();
  }

  private boolean due(ExtentDocument extent) {
    return extent.turn().due(clock.millis());
  }

  private Turn leased(ExtentDocument extent) {
    long writing = Math.max(extent.missingLength(), extent.columnLength()) / SLOWEST;
    long alone = properties.lease().toMillis() + writing;
    return extent.turn().taken(clock.millis() + Math.min(alone, Turn.LONGEST / 2));
  }

  /** The turn of an extent of which something is better now: at once. */
  Turn atOnce(ExtentDocument extent) {
    long now = clock.millis();
    return new Turn(extent.missing().isEmpty() ? now : extent.turn().since(), now, 0);
  }

  /** The turn after a try that was no use: later, the more of them there were. */
  Turn afterFailure(Turn turn) {
    int doublings = Math.clamp(turn.tries() - 1, 0, MOST_DOUBLINGS);
    long wait =
        Math.min(
            Math.min(properties.backoffMost().toMillis(), Turn.LONGEST / 2),
            properties.backoff().toMillis() << doublings);
    return new Turn(
        turn.since(),
        clock.millis() + (rules.contains(RepairRule.BACK_OFF) ? wait : 0),
        turn.tries());
  }

  /** The turn that is given back untouched. */
  Turn givenBack(Turn turn) {
    return new Turn(turn.since(), clock.millis(), Math.max(0, turn.tries() - 1));
  }

  /**
   * Puts off an extent that nobody has taken, for which nothing can be done now. One that only
   * shares nodes waits for more of them: to look at it again and again would be a write each time,
   * for as long as the cluster is small.
   *
   * @param nodes how many nodes took shards when it was looked at
   * @return whether it is put off; false if it is to be looked at again
   */
  boolean putOff(ExtentDocument extent, int nodes) {
    Turn later =
        extent.missing().isEmpty() && rules.contains(RepairRule.BACK_OFF)
            ? extent.turn().waiting(nodes)
            : afterFailure(extent.turn().taken(clock.millis()));
    WriteOutcome written = metadata.compareAndSetExtent(extent.withTurn(later));
    return written == WriteOutcome.APPLIED && !later.due(clock.millis());
  }
}

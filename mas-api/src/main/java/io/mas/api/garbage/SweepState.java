package io.mas.api.garbage;

import io.mas.api.metadata.MetadataStore;
import io.mas.api.metadata.SweepDocument;
import io.mas.api.metadata.SweepDocument.Mode;
import io.mas.api.metadata.SweepDocument.Turn;
import io.mas.api.metadata.WriteOutcome;
import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What all processes know of the sweeps, in one document ({@link SweepDocument}): whose turn it is,
 * and whether everything has been looked at since this process started. Two that sweep at once only
 * do the work twice. Thread-safe.
 */
final class SweepState {
  private static final Logger LOG = LoggerFactory.getLogger(SweepState.class);

  /** A process that says nothing for so long in its turn is dead. */
  private static final Duration LEASE = Duration.ofSeconds(10);

  /** Rounds against others who change the document. */
  private static final int MAX_ROUNDS = 20;

  private final MetadataStore metadata;
  private final InstantSource clock;
  private final String process = UUID.randomUUID().toString();
  private volatile SweepDocument seen = SweepDocument.NONE;

  /** The first sweep that began after this process had started; 0 while that is not known. */
  private volatile long first;

  SweepState(MetadataStore metadata, InstantSource clock) {
    this.metadata = metadata;
    this.clock = clock;
  }

  /** The document as it was when it was last read here. */
  SweepDocument seen() {
    return seen;
  }

  /** The document as it is. */
  synchronized SweepDocument read() {
    return saw(metadata.sweep().orElse(SweepDocument.NONE));
  }

  /** No version ever falls: if one does, these are the metadata of a backup. */
  private SweepDocument saw(SweepDocument now) {
    boolean fell = now.version() < seen.version();
    if (fell) {
      LOG.warn("the metadata are older than they were: nothing is collected before the next sweep");
    }
    if (first == 0 || fell) {
      first = now.begun() + 1;
    }
    seen = now;
    return now;
  }

  /**
   * Whether a sweep that has begun after this process started has looked at everything: until then
   * nothing is known of the metadata that may have been restored meanwhile.
   */
  boolean looked() {
    return first > 0 && seen.judged() >= first;
  }

  /**
   * Changes the document; {@code change} may be applied several times, and answers what it was
   * given to change nothing.
   *
   * @return the document then
   * @throws MasException METADATA_NOT_SAVED, METADATA_UNREACHABLE
   */
  synchronized SweepDocument update(UnaryOperator<SweepDocument> change) {
    for (int round = 0; round < MAX_ROUNDS; round++) {
      SweepDocument now = read();
      SweepDocument next = change.apply(now);
      if (next.equals(now)) {
        return now;
      }
      if (metadata.compareAndSetSweep(next) == WriteOutcome.APPLIED) {
        return saw(next);
      }
    }
    throw new MasException(ErrorCode.METADATA_NOT_SAVED, "the state of the sweep was not saved");
  }

  // The turn

  /** Takes the turn; false if another process has it. */
  boolean begin(Mode mode) {
    return mine(update(before -> taken(before) ? before : before.begin(turn(), mode)));
  }

  private boolean taken(SweepDocument now) {
    long left = now.turn().until() - clock.millis();
    return !mine(now) && left > 0 && left <= LEASE.toMillis(); // more is a clock that was wrong
  }

  private Turn turn() {
    return new Turn(process, clock.millis() + LEASE.toMillis());
  }

  /** Keeps the turn until it is closed. */
  final class Keeping implements AutoCloseable {
    private final CountDownLatch ended = new CountDownLatch(1);

    private void run() {
      try {
        while (!ended.await(LEASE.toMillis() / 3, TimeUnit.MILLISECONDS)) {
          keep();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    private void keep() {
      try {
        SweepDocument ignored = update(before -> mine(before) ? before.until(turn()) : before);
      } catch (RuntimeException e) {
        LOG.debug("the turn is not kept now: {}", e.toString());
      }
    }

    @Override
    public void close() {
      ended.countDown();
    }
  }

  /** Keeps the turn while the work goes on. */
  Keeping keeping() {
    Keeping keeping = new Keeping();
    Thread.ofVirtual().name("mas-sweep-turn").start(keeping::run);
    return keeping;
  }

  /**
   * Goes on with the work.
   *
   * @throws CancellationException if another process has taken the turn
   */
  void goOn() {
    if (!mine(seen)) {
      throw new CancellationException("another process sweeps");
    }
  }

  /** In this turn everything was looked at, and was judged. */
  void judged() {
    update(before -> mine(before) ? before.judgedNow() : before);
  }

  /** Ends the turn. */
  void end(SweepDocument.Last sweep) {
    update(before -> mine(before) ? before.ended(new Turn(process, 0), sweep) : before);
  }

  private boolean mine(SweepDocument now) {
    return now.turn().process().equals(process);
  }

  /**
   * Whether this process is to sweep now, by what was last read. Who swept last comes first: it
   * remembers which copies it has seen; others wait twice as long.
   */
  boolean due(Duration every) {
    SweepDocument now = seen;
    long pause = every.toMillis() * (mine(now) ? 1 : 2);
    return !taken(now) && (!looked() || Math.abs(clock.millis() - now.last().ended()) >= pause);
  }
}

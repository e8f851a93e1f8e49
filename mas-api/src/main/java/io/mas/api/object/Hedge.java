package io.mas.api.object;

import java.time.Duration;

/**
 * When somebody who waits for a block asks for one shard more than it needs: after the time that 95
 * of 100 blocks take, for at most one in 20 (Dean, Barroso, "The Tail at Scale", CACM 56(2), 2013).
 * A node that collects its garbage or waits for its disk then costs nobody its pause; where all are
 * slow, nothing is asked for in vain. Thread-safe.
 */
public final class Hedge {
  private static final double QUANTILE = 0.95;

  /** A step, of the estimate itself: it goes by the last few hundred blocks. */
  private static final double STEP = 1 / 200.0;

  /** Of blocks, so many may be hedged. */
  private static final double SHARE = 0.05;

  /** So many may be saved up for when a node is slow for some seconds. */
  private static final double MOST_SAVED = 20;

  /** Nanoseconds; what is quicker would be the pauses of this process itself. */
  private static final double LEAST = 10e6;

  private final double share;
  private final double least;
  private final double most;
  private double estimate;
  private double saved;

  private Hedge(Duration most, double share) {
    this.share = share;
    this.most = (double) most.toNanos();
    this.least = Math.min(LEAST, this.most);
    this.estimate = this.most;
  }

  /**
   * Begins with the longest time and comes down from it.
   *
   * @param most to wait at most
   */
  static Hedge upTo(Duration most) {
    return new Hedge(most, SHARE);
  }

  /** Asks for nothing more: for those whom nobody waits for. */
  public static Hedge never() {
    return new Hedge(Duration.ofDays(1), 0);
  }

  /** Nanoseconds that a block is waited for before {@link #take} is called. */
  synchronized long nanos() {
    return (long) estimate;
  }

  /** A block is asked for. */
  synchronized void begun() {
    saved = Math.min(saved + share, MOST_SAVED);
  }

  /** Whether one shard more may be asked for now. */
  synchronized boolean take() {
    boolean may = saved >= 1;
    saved -= may ? 1 : 0;
    return may;
  }

  /**
   * A block had its shards after so long, hedged or not. The estimate rests where 5 of 100 are
   * longer, since then the steps up, which are 19 times the steps down, weigh as much.
   */
  synchronized void took(long nanos) {
    double step = nanos > estimate ? QUANTILE / (1 - QUANTILE) : -1;
    estimate = Math.clamp(estimate * (1 + STEP * step), least, most);
  }
}

package io.mas.standalone.chaos;

import io.mas.standalone.load.Down;
import java.time.Duration;

/**
 * Something to be done to a part of the cluster, and to be undone.
 *
 * @param kind what the report counts it as
 * @param what for the log, such as {@code client -> gateway-1}
 * @param victim the part that is worse off
 * @param excuse what clients may see of it
 * @param length between its beginning and its end
 * @param begin does it
 * @param end undoes it; returns when the victim works again
 */
record Fault(
    Kind kind,
    String what,
    String victim,
    Down excuse,
    Duration length,
    Runnable begin,
    Runnable end) {

  /** The kinds, with how many of them are in a deck. */
  enum Kind {
    /** SIGKILL, and a start. */
    KILL(14),
    /** SIGTERM, and a start. */
    STOP(1),
    /** SIGSTOP, and SIGCONT. */
    HANG(3),
    /** Connections end by a reset, at its beginning and its end. */
    CUT(1),
    /** Connections end, and none is taken. */
    REFUSE(1),
    /** Nothing comes through. */
    BLACKHOLE(1),
    /** Nothing comes through in one direction. */
    ONE_WAY(1),
    /** All is late. */
    LATE(1),
    /** Few bytes a second. */
    SLOW(1),
    /** Shard files under a running node are deleted, cut short, or rot. */
    DAMAGE(1),
    /** A node is killed and started with an empty volume. */
    EMPTY(1);

    private final int cards;

    Kind(int cards) {
      this.cards = cards;
    }

    int cards() {
      return cards;
    }

    /** Whether shards are lost that only a repair brings back. */
    boolean damagesVolume() {
      return this == DAMAGE || this == EMPTY;
    }
  }

  @Override
  public String toString() {
    return "%s %s for %.1f s".formatted(kind, what, length.toMillis() / 1e3);
  }
}

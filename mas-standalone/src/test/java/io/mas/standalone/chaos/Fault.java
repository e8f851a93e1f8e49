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

  /** The kinds, with how often each comes. */
  enum Kind {
    /** SIGKILL, and a start. */
    KILL(30),
    /** SIGTERM, and a start. */
    STOP(5),
    /** SIGSTOP, and SIGCONT. */
    HANG(15),
    /** Connections end by a reset, again and again. */
    CUT(8),
    /** Connections end, and none is taken. */
    REFUSE(8),
    /** Nothing comes through. */
    BLACKHOLE(8),
    /** Nothing comes through in one direction. */
    ONE_WAY(8),
    /** All is late. */
    LATE(6),
    /** Few bytes a second. */
    SLOW(6),
    /** Shard files under a running node are deleted, cut short, or rot. */
    DAMAGE(4),
    /** A node is killed and started with an empty volume. */
    EMPTY(1);

    private final int weight;

    Kind(int weight) {
      this.weight = weight;
    }

    int weight() {
      return weight;
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

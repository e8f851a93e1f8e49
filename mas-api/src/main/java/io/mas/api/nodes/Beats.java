package io.mas.api.nodes;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Since when what others write has been the same, by the clock of this process that is never set.
 * The times that others write are only compared with what they wrote before, never with ours: any
 * clock may be wrong. One thread.
 */
final class Beats {
  private final LongSupplier nanos;
  private final Map<String, Beat> beats = new HashMap<>();
  private final Set<String> seen = new HashSet<>();

  /** A value, and when it was first seen. */
  private record Beat(long value, long at) {}

  /**
   * Nothing seen yet.
   *
   * @param nanos a time in nanoseconds that only ever rises
   */
  Beats(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /** Sees what somebody writes now, and says how long that has been the same; what is new, zero. */
  Duration unchanged(String who, long value) {
    seen.add(who);
    long now = nanos.getAsLong();
    Beat beat =
        beats.compute(
            who,
            (_, before) -> before != null && before.value == value ? before : new Beat(value, now));
    return Duration.ofNanos(now - beat.at);
  }

  /** Forgets who was not seen since this was last called. */
  void forgetOthers() {
    beats.keySet().retainAll(seen);
    seen.clear();
  }

  /** Forgets everything. */
  void clear() {
    beats.clear();
  }
}

package io.mas.node.web;

import java.time.Duration;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Takes each signed request once. What is remembered never depends on luck: a request whose nonce
 * may have been forgotten is stale and refused as such. Thread-safe.
 *
 * <p>Nonces lie in slices of one second of their requests' own times. A slice is forgotten when it
 * leaves the window, or earlier when the cache is full: then the window begins where the memory
 * does, and a caller whose clock is behind has to correct it. Requests ahead of the clock cannot be
 * forgotten before their time has come, so they get no more than half of the memory.
 */
final class ReplayCache {
  private static final long SLICE_MILLIS = 1000;

  private final long window;
  private final int capacity;
  private final NavigableMap<Long, LongSet> slices = new TreeMap<>();
  private int size;

  /** Whatever is older may have been forgotten; never falls, even if the clock does. */
  private long floor = Long.MIN_VALUE;

  /** What becomes of a request. */
  enum Verdict {
    /** Not seen before, and now remembered. */
    FRESH,
    /** Its time is outside of the window. */
    SKEWED,
    /** Was taken before. */
    REPLAYED
  }

  /**
   * @param window how far a request's time may be from the clock, either way
   * @param capacity the most requests remembered, up to 32 bytes each
   */
  ReplayCache(Duration window, int capacity) {
    this.window = window.toMillis();
    this.capacity = capacity;
  }

  /**
   * Judges a request, and remembers it if it is fresh.
   *
   * @param time when it was signed, Unix milliseconds
   * @param now the node's time
   */
  synchronized Verdict judge(long time, long nonce, long now) {
    forgetUntil(now - window);
    long slice = Math.floorDiv(time, SLICE_MILLIS);
    boolean ahead = slice > Math.floorDiv(now, SLICE_MILLIS) + 1;
    if (time < floor || time > now + window || (ahead && size >= capacity / 2)) {
      return Verdict.SKEWED;
    }
    if (!slices.computeIfAbsent(slice, s -> new LongSet()).add(nonce)) {
      return Verdict.REPLAYED;
    }
    size++;
    while (size > capacity) {
      forgetUntil((slices.firstKey() + 1) * SLICE_MILLIS);
    }
    return time < floor ? Verdict.SKEWED : Verdict.FRESH;
  }

  private void forgetUntil(long time) {
    floor = Math.max(floor, time);
    for (Map.Entry<Long, LongSet> first = slices.firstEntry();
        first != null && (first.getKey() + 1) * SLICE_MILLIS <= floor;
        first = slices.firstEntry()) {
      size -= first.getValue().size();
      slices.pollFirstEntry();
    }
  }
}

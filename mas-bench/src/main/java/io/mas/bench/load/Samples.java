package io.mas.bench.load;

import java.util.Arrays;

/** Every duration of one client, in nanoseconds. Used by one thread at a time. */
final class Samples {
  private long[] values = new long[1024];
  private int count;

  void add(long nanos) {
    if (count == values.length) {
      values = Arrays.copyOf(values, 2 * count);
    }
    values[count++] = nanos;
  }

  long[] values() {
    return Arrays.copyOf(values, count);
  }
}

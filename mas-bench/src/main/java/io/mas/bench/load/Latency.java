package io.mas.bench.load;

import java.util.Arrays;

/**
 * Exact quantiles of a set of durations, in milliseconds; all 0 if there were none.
 *
 * @param p50 the smallest that at least half are not longer than
 * @param p99 the same for 99 of 100
 */
public record Latency(long count, double mean, double p50, double p99, double max) {
  private static final double NANOS_PER_MS = 1e6;

  /** Of durations in nanoseconds, in any order. */
  static Latency of(long[] nanos) {
    if (nanos.length == 0) {
      return new Latency(0, 0, 0, 0, 0);
    }
    long[] sorted = nanos.clone();
    Arrays.sort(sorted);
    return new Latency(
        sorted.length,
        Arrays.stream(sorted).average().orElseThrow() / NANOS_PER_MS,
        quantile(sorted, 50) / NANOS_PER_MS,
        quantile(sorted, 99) / NANOS_PER_MS,
        sorted[sorted.length - 1] / NANOS_PER_MS);
  }

  /** The smallest sample that at least {@code percent} of all are not longer than. */
  static long quantile(long[] sorted, int percent) {
    int rank = Math.toIntExact(Math.ceilDiv((long) sorted.length * percent, 100L));
    return sorted[Math.max(rank, 1) - 1];
  }
}

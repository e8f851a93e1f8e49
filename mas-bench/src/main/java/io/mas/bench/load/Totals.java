package io.mas.bench.load;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** What all clients together have done. Thread-safe. */
final class Totals {
  /** Bytes of contents, both ways, as they pass. */
  final LongAdder moved = new LongAdder();

  /** Requests begun, those for tokens among them. */
  final LongAdder requests = new LongAdder();

  /** Files transferred whole. */
  final LongAdder files = new LongAdder();

  /** Names of uploads in chunks, other ones in each run. */
  final AtomicLong sessions = new AtomicLong(System.currentTimeMillis() * 1_000_000);

  private final Map<String, LongAdder> failures = new ConcurrentHashMap<>();

  /** Notes that a transfer failed. */
  void failed(Exception e) {
    failures.computeIfAbsent(String.valueOf(e.getMessage()), m -> new LongAdder()).increment();
  }

  /** How often which failure happened. */
  Map<String, Long> failures() {
    Map<String, Long> sums = new TreeMap<>();
    failures.forEach((message, count) -> sums.put(message, count.sum()));
    return sums;
  }
}

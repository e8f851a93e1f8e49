package io.mas.api.garbage;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;

/** What the sweeps of the inventories count. Thread-safe. */
final class GarbageMetrics {
  private final MeterRegistry meters;
  private final Counter columns;
  private final Counter bytes;

  GarbageMetrics(MeterRegistry meters, CircuitBreaker breaker) {
    this.meters = meters;
    this.columns =
        Counter.builder("mas.garbage.columns")
            .description("columns on nodes that were compared with the metadata")
            .register(meters);
    this.bytes =
        Counter.builder("mas.garbage.looked")
            .baseUnit("bytes")
            .description("bytes of these columns")
            .register(meters);
    Gauge.builder("mas.garbage.breaker.open", breaker, one -> one.open() ? 1 : 0)
        .description("1 while the collection is stopped until an operator confirms")
        .register(meters);
    for (Kind kind : Kind.values()) {
      found(kind, 0);
      deleted(kind, 0);
    }
  }

  /** What was found; the tag is the name in lower case. */
  enum Kind {
    /** Columns whose extent has no document. */
    UNKNOWN,
    /** Columns that their extent's document does not name. */
    UNPUBLISHED,
    /** Parts that nothing refers to. */
    UNNAMED,
    /** Columns that may be garbage and whose records cannot be read. */
    UNREADABLE
  }

  void looked(long count, long size) {
    columns.increment((double) count);
    bytes.increment((double) size);
  }

  void found(Kind kind, long count) {
    counter("mas.garbage.found", "garbage that a sweep has found, before it is proved", kind)
        .increment((double) count);
  }

  /** Deleted, or for parts: left to the collection. */
  void deleted(Kind kind, long count) {
    counter("mas.garbage.deleted", "garbage deleted, or left to the collection", kind)
        .increment((double) count);
  }

  private Counter counter(String name, String description, Kind kind) {
    return Counter.builder(name)
        .description(description)
        .tag("kind", kind.name().toLowerCase(Locale.ROOT))
        .register(meters);
  }
}

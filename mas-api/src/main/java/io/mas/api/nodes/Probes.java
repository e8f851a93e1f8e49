package io.mas.api.nodes;

import io.mas.common.cluster.NodeIdentity;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * Since when the direct probes of each node have failed, with no answer between. Measured by a
 * clock that is never set. Thread-safe.
 */
final class Probes {
  private final LongSupplier nanos;
  private final Map<String, Row> rows = new ConcurrentHashMap<>();

  /** A row of failed probes of one life. */
  private record Row(NodeIdentity life, long since) {}

  /**
   * No probes yet.
   *
   * @param nanos a time in nanoseconds that only ever rises
   */
  Probes(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /** A probe of this life failed. */
  void failed(NodeIdentity life) {
    rows.compute(
        life.nodeId(),
        (_, row) -> row != null && row.life.equals(life) ? row : new Row(life, nanos.getAsLong()));
  }

  /** The node has answered, or has begun a new life. */
  void answered(String nodeId) {
    rows.remove(nodeId);
  }

  /** Whether the last probe of this life failed. */
  boolean fail(NodeIdentity life) {
    Row row = rows.get(life.nodeId());
    return row != null && row.life.equals(life);
  }

  /** The lives whose last probe failed, and how long all have failed. */
  Map<NodeIdentity, Duration> failing() {
    long now = nanos.getAsLong();
    Map<NodeIdentity, Duration> failing = new HashMap<>();
    rows.values().forEach(row -> failing.put(row.life, Duration.ofNanos(now - row.since)));
    return failing;
  }
}

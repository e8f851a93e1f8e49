package io.mas.api.repair;

import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * How fast the repair of this process may be: with each node, and in what it writes altogether. It
 * waits before it holds a buffer, never with one. Thread-safe.
 */
final class RepairRates {
  private final long perNode;
  private final LongSupplier nanoTime;
  private final ByteRate total;
  private final Map<String, ByteRate> nodes = new ConcurrentHashMap<>();

  RepairRates(RepairProperties properties, LongSupplier nanoTime) {
    this.perNode = properties.ratePerNode().toBytes();
    this.nanoTime = nanoTime;
    this.total = new ByteRate(properties.rate().toBytes(), nanoTime);
  }

  /** Waits until neither the whole nor one of these nodes has had too much. */
  void await(Collection<String> ids) throws InterruptedException {
    long wait = debt(ids);
    while (wait > 0) {
      TimeUnit.NANOSECONDS.sleep(wait);
      wait = debt(ids);
    }
  }

  /** Nanoseconds to wait before these nodes may be given more. */
  long debt(Collection<String> ids) {
    long longest = total.debt();
    for (String id : ids) {
      longest = Math.max(longest, of(id).debt());
    }
    return longest;
  }

  void read(String node, long bytes) {
    of(node).charge(bytes);
  }

  void written(String node, long bytes) {
    of(node).charge(bytes);
    total.charge(bytes);
  }

  private ByteRate of(String node) {
    return nodes.computeIfAbsent(node, id -> new ByteRate(perNode, nanoTime));
  }
}

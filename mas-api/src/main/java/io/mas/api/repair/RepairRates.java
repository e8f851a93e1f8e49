package io.mas.api.repair;

import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * How fast the repair of this process may be: with each node, and in what it writes altogether. It
 * waits before it holds buffers; with them no longer than {@link #SECONDS_AT_ONCE}. Thread-safe.
 */
final class RepairRates {
  /** Little enough that a client that meets it does not wait long for its turn. */
  static final double SECONDS_AT_ONCE = 0.05;

  private final long perNode;
  private final long slowest;
  private final LongSupplier nanoTime;
  private final ByteRate total;
  private final Map<String, ByteRate> nodes = new ConcurrentHashMap<>();

  RepairRates(RepairProperties properties, LongSupplier nanoTime) {
    this.perNode = properties.ratePerNode().toBytes();
    this.slowest = Math.min(properties.rate().toBytes(), perNode);
    this.nanoTime = nanoTime;
    this.total = new ByteRate(properties.rate().toBytes(), nanoTime);
  }

  /** Bytes that may be written in one go: what is read for them is k times as much. */
  long atOnce() {
    return (long) (SECONDS_AT_ONCE * slowest);
  }

  /**
   * Nanoseconds that so many bytes take at the rate, {@link #SECONDS_AT_ONCE} for {@link #atOnce}:
   * what is read for them is spread over that, or clients would meet all of it in its first part.
   */
  long nanos(long bytes) {
    return (long) (bytes * (double) TimeUnit.SECONDS.toNanos(1) / slowest);
  }

  /**
   * Waits until neither the whole nor one of these nodes has had too much, and takes what will be
   * written from the whole at once: whoever waits beside has to wait for that too. If all went on
   * together when the debt is paid, clients would meet them all together.
   *
   * @param bytes that will be written, see {@link #settle}
   */
  void await(Collection<String> ids, long bytes) throws InterruptedException {
    long wait = tryTake(ids, bytes);
    while (wait > 0) {
      TimeUnit.NANOSECONDS.sleep(wait);
      wait = tryTake(ids, bytes);
    }
  }

  /** Nanoseconds to wait; 0 if it is taken. */
  private synchronized long tryTake(Collection<String> ids, long bytes) {
    long wait = debt(ids);
    if (wait == 0) {
      total.charge(bytes);
    }
    return wait;
  }

  /** What was taken for a write, and what was written in the end. */
  void settle(long taken, long written) {
    total.charge(written - taken);
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
  }

  private ByteRate of(String node) {
    return nodes.computeIfAbsent(node, id -> new ByteRate(perNode, nanoTime));
  }
}

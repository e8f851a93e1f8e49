package io.mas.bench;

import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Adds the row GB to a throughput benchmark: 1e9 bytes of input per second, on one thread. */
@State(Scope.Thread)
@AuxCounters
public class Volume {
  private long bytes;

  @Setup(Level.Iteration)
  public void reset() {
    bytes = 0;
  }

  void add(long count) {
    bytes += count;
  }

  /** Read by JMH after each iteration. */
  public double GB() {
    return bytes / 1e9;
  }
}

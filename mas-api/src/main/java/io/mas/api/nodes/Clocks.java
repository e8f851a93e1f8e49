package io.mas.api.nodes;

import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * The two clocks of a process.
 *
 * @param wall what time it is; may be wrong, and may be set
 * @param nanos a time in nanoseconds that only ever rises; durations are measured by it alone
 */
record Clocks(InstantSource wall, LongSupplier nanos) {
  static Clocks system() {
    return new Clocks(InstantSource.system(), System::nanoTime);
  }
}

package io.mas.api.repair;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What the repair counts, for the metrics and for what the process tells of itself. Thread-safe.
 */
final class RepairMetrics {
  private final Timer time;
  private final Counter extents;
  private final Counter bytes;
  private final Counter failures;
  private final AtomicLong repaired = new AtomicLong();
  private final AtomicLong written = new AtomicLong();

  RepairMetrics(MeterRegistry meters) {
    this.time =
        Timer.builder("mas.repair.time")
            .description("from the first evidence to full redundancy, of an extent")
            .serviceLevelObjectives(
                Duration.ofMillis(100),
                Duration.ofMillis(500),
                Duration.ofSeconds(1),
                Duration.ofSeconds(5),
                Duration.ofSeconds(30),
                Duration.ofMinutes(5),
                Duration.ofHours(1))
            .register(meters);
    this.extents =
        Counter.builder("mas.repair.extents").description("extents made whole").register(meters);
    this.bytes =
        Counter.builder("mas.repair.written")
            .baseUnit("bytes")
            .description("shards written to nodes by the repair")
            .register(meters);
    this.failures =
        Counter.builder("mas.repair.failures")
            .description("tries that left an extent as it was")
            .register(meters);
  }

  void written(long count) {
    bytes.increment((double) count);
    written.addAndGet(count);
  }

  void failed() {
    failures.increment();
  }

  /** An extent is whole; {@code millis} since the first evidence, negative if that is not known. */
  void whole(long millis) {
    extents.increment();
    repaired.incrementAndGet();
    if (millis >= 0) {
      time.record(Duration.ofMillis(millis));
    }
  }

  /** Extents made whole since the start. */
  long repaired() {
    return repaired.get();
  }

  /** Bytes written since the start. */
  long writtenBytes() {
    return written.get();
  }
}

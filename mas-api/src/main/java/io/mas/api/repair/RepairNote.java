package io.mas.api.repair;

import io.mas.api.metadata.MetadataStore;
import io.mas.api.metadata.ProcessDocument;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this repair worker tells of itself in the metadata: that it is there, and what it repaired
 * in the last minute. Removes it at the end, and what processes that died have left. Thread-safe.
 */
public final class RepairNote implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RepairNote.class);
  private static final Duration EVERY = Duration.ofSeconds(10);
  private static final Duration LATELY = Duration.ofMinutes(1);
  private static final Duration STALE = Duration.ofHours(1);

  private final String id = UUID.randomUUID().toString();
  private final MetadataStore metadata;
  private final RepairMetrics metrics;
  private final InstantSource clock;
  private final Deque<Sample> samples = new ArrayDeque<>();
  private final CountDownLatch closing = new CountDownLatch(1);

  /** What was repaired since the start, at some time. */
  private record Sample(long time, long extents, long bytes) {}

  RepairNote(MetadataStore metadata, RepairMetrics metrics, InstantSource clock) {
    this.metadata = metadata;
    this.metrics = metrics;
    this.clock = clock;
    samples.add(new Sample(clock.millis(), 0, 0));
  }

  /** Begins to tell. */
  public void start() {
    Thread.ofVirtual().name("mas-repair-note").start(this::tellUntilClosed);
  }

  private void tellUntilClosed() {
    try {
      do {
        guarded(this::tell);
      } while (!closing.await(EVERY.toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void guarded(Runnable telling) {
    try {
      telling.run();
    } catch (RuntimeException e) {
      LOG.warn("what this process repairs is not told: {}", e.toString());
    }
  }

  /** Writes the note, unless it is over. */
  synchronized void tell() {
    if (closing.getCount() == 0) {
      return;
    }
    Sample now = new Sample(clock.millis(), metrics.repaired(), metrics.writtenBytes());
    samples.add(now);
    while (samples.size() > 2 && samples.getFirst().time < now.time - LATELY.toMillis()) {
      samples.removeFirst();
    }
    Sample then = samples.getFirst();
    metadata.putProcess(
        new ProcessDocument(
            id,
            now.time,
            true,
            now.extents - then.extents,
            now.bytes - then.bytes,
            Math.max(0, now.time - then.time)));
    long stale = now.time - STALE.toMillis();
    metadata.processes().stream()
        .filter(process -> process.seen() < stale)
        .forEach(process -> metadata.removeProcess(process.id()));
  }

  /** Ends it, and takes the note back. */
  @Override
  public synchronized void close() {
    closing.countDown();
    guarded(() -> metadata.removeProcess(id));
  }
}

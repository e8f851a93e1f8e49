package io.mas.node;

import io.mas.node.membership.Volume;
import io.mas.node.membership.Volume.Sight;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks again and again whether the volume is still there, and tells once if it is not. A node
 * whose directory was emptied must not go on as if it held its shards; and one whose disk has died
 * must not go on answering probes, for then it would never be lost, and nothing of it rebuilt.
 * Thread-safe.
 */
final class VolumeWatch implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(VolumeWatch.class);

  /** A disk may fail for some seconds, as when a path to it is changed. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Volume volume;
  private final Duration interval;
  private final Duration patience;
  private final LongSupplier nanos;
  private final VolumeGone gone;
  private final CountDownLatch closing = new CountDownLatch(1);

  VolumeWatch(Volume volume, Duration interval, VolumeGone gone) {
    this(volume, interval, PATIENCE, System::nanoTime, gone);
  }

  /**
   * @param nanos a steady clock, which patience is counted by
   */
  VolumeWatch(
      Volume volume, Duration interval, Duration patience, LongSupplier nanos, VolumeGone gone) {
    this.volume = volume;
    this.interval = interval;
    this.patience = patience;
    this.nanos = nanos;
    this.gone = gone;
  }

  void start() {
    // File I/O: a thread that nobody interrupts.
    Thread.ofPlatform().name("volume-watch").daemon().start(this::watch);
  }

  private void watch() {
    try {
      @Nullable Long failingSince = null;
      while (!closing.await(interval.toMillis(), TimeUnit.MILLISECONDS)) {
        Sight seen = volume.look();
        if (seen == Sight.GONE) {
          tell("the volume is gone: its directory has no identity any more, or another");
          return;
        }
        long now = nanos.getAsLong();
        if (seen == Sight.THERE) {
          failingSince = null;
        } else if (failingSince == null) {
          failingSince = now;
          log.warn("the volume cannot be read");
        } else if (now - failingSince >= patience.toNanos()) {
          tell(
              "the volume cannot be read for %d s: its disk is dead"
                  .formatted(patience.toSeconds()));
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void tell(String what) {
    // Else it would say that it leaves, and be waited for; and note its sequence on whatever volume
    // lies there now.
    volume.giveUp();
    log.error("{}; beginning anew, if that can be", what);
    gone.gone();
  }

  @Override
  public void close() {
    closing.countDown();
  }
}

package io.mas.node;

import io.mas.node.membership.Volume;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks again and again whether the volume is still there, and tells once if it is not: a node
 * whose directory was emptied must not go on as if it held its shards. Thread-safe.
 */
final class VolumeWatch implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(VolumeWatch.class);

  private final Volume volume;
  private final Duration interval;
  private final VolumeGone gone;
  private final CountDownLatch closing = new CountDownLatch(1);

  VolumeWatch(Volume volume, Duration interval, VolumeGone gone) {
    this.volume = volume;
    this.interval = interval;
    this.gone = gone;
  }

  void start() {
    // File I/O: a thread that nobody interrupts.
    Thread.ofPlatform().name("volume-watch").daemon().start(this::watch);
  }

  private void watch() {
    try {
      while (!closing.await(interval.toMillis(), TimeUnit.MILLISECONDS)) {
        if (!volume.present()) {
          log.error(
              "the volume is gone: its directory has no identity any more, or another; beginning anew");
          gone.gone();
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    closing.countDown();
  }
}

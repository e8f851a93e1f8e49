package io.mas.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.mas.node.disk.DurableFiles;
import io.mas.node.disk.FaultDisk;
import io.mas.node.membership.IdentityFile;
import io.mas.node.membership.Volume;
import java.io.IOException;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is done about a volume that is no more, or cannot be read. */
@Timeout(30)
class VolumeWatchTest {
  private static final Duration OFTEN = Duration.ofMillis(1);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final FaultDisk disk = new FaultDisk();
  private final IdentityFile file = new IdentityFile(new DurableFiles(disk), new Random(1));
  private final AtomicInteger looks = new AtomicInteger();
  private final AtomicInteger told = new AtomicInteger();
  private final AtomicInteger gaveUp = new AtomicInteger();
  private final AtomicLong nanos = new AtomicLong();
  private VolumeWatch watch = watch();

  private VolumeWatch watch() {
    Volume volume =
        new Volume() {
          @Override
          public State state() {
            throw new UnsupportedOperationException();
          }

          @Override
          public long announcedSequence() {
            throw new UnsupportedOperationException();
          }

          @Override
          public void giveUp() {
            gaveUp.incrementAndGet();
          }

          @Override
          public Sight look() {
            Sight seen = file.look();
            looks.incrementAndGet();
            return seen;
          }
        };
    return new VolumeWatch(volume, OFTEN, PATIENCE, nanos::get, told::incrementAndGet);
  }

  private void begin() {
    file.begin("cluster-a");
    watch = watch();
    watch.start();
    looksOn();
    assertThat(told).hasValue(0);
  }

  private void looksOn() {
    int before = looks.get();
    await().until(() -> looks.get() > before + 2);
  }

  private void passes(Duration time) {
    nanos.addAndGet(time.toNanos());
    looksOn();
  }

  @AfterEach
  void close() {
    watch.close();
  }

  @Test
  void anEmptiedVolumeIsToldAtOnceAndOnce() throws IOException {
    begin();
    for (String path : disk.files()) {
      assertThat(disk.delete(path)).isTrue();
    }
    await().until(() -> told.get() == 1);
    assertThat(gaveUp).as("it does not say that it leaves").hasValue(1);
  }

  @Test
  void aDiskThatStaysUnreadableIsTold() {
    begin();
    disk.failOpens(_ -> true);
    looksOn();
    nanos.addAndGet(PATIENCE.toNanos());
    await().until(() -> told.get() == 1);
    assertThat(gaveUp).as("it does not say that it leaves").hasValue(1);
  }

  @Test
  void aDiskThatFailsForAWhileIsWaitedFor() {
    begin();
    for (int i = 0; i < 3; i++) {
      disk.failOpens(_ -> true);
      looksOn();
      passes(PATIENCE.dividedBy(2));
      disk.failOpens(_ -> false);
      looksOn();
    }
    assertThat(told).hasValue(0);
  }
}

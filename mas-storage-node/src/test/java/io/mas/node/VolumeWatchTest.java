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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is done about a volume that is no more, or cannot be read. */
@Timeout(30)
class VolumeWatchTest {
  private static final Duration OFTEN = Duration.ofMillis(1);

  private final FaultDisk disk = new FaultDisk();
  private final IdentityFile file = new IdentityFile(new DurableFiles(disk), new Random(1));
  private final AtomicInteger looks = new AtomicInteger();
  private final AtomicInteger told = new AtomicInteger();
  private final AtomicInteger gaveUp = new AtomicInteger();
  private VolumeWatch watch = watch(Duration.ofDays(1));

  private VolumeWatch watch(Duration patience) {
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
    return new VolumeWatch(volume, OFTEN, patience, told::incrementAndGet);
  }

  private void begin(Duration patience) {
    file.begin("cluster-a");
    watch = watch(patience);
    watch.start();
    looksOn();
    assertThat(told).hasValue(0);
  }

  private void looksOn() {
    int before = looks.get();
    await().until(() -> looks.get() > before + 2);
  }

  @AfterEach
  void close() {
    watch.close();
  }

  @Test
  void anEmptiedVolumeIsToldAtOnceAndOnce() throws IOException {
    begin(Duration.ofDays(1));
    for (String path : disk.files()) {
      assertThat(disk.delete(path)).isTrue();
    }
    await().until(() -> told.get() == 1);
    assertThat(told).hasValue(1);
  }

  @Test
  void aDiskThatStaysUnreadableIsTold() {
    begin(Duration.ofMillis(50));
    disk.failOpens(_ -> true);
    await().until(() -> told.get() == 1);
    assertThat(gaveUp).as("it does not say that it leaves").hasValue(1);
  }

  @Test
  void aDiskThatFailsForAWhileIsWaitedFor() {
    begin(Duration.ofDays(1));
    disk.failOpens(_ -> true);
    looksOn();
    disk.failOpens(_ -> false);
    looksOn();
    assertThat(told).hasValue(0);
  }
}

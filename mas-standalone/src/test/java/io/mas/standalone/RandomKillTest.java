package io.mas.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.mas.standalone.load.Down;
import io.mas.standalone.load.MixedLoad;
import io.mas.standalone.load.MixedLoad.Settings;
import io.mas.standalone.load.Outages.Outage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The store is killed with SIGKILL at random moments while clients upload, resume, delete and
 * download. What was acknowledged is there after each kill, and nothing partial is.
 */
class RandomKillTest {
  private static final String[] FLAGS = {
    "-Dmas.object.collect-every=200ms",
    "-Dmas.object.delete-grace=1s",
    "-Dmas.object.orphan-grace=1s",
    "-Dmas.upload.keep-after=1s",
    "-Dmas.upload.lease=2s",
    "-XX:TieredStopAtLevel=1", // a start takes half of the CPU time
  };

  /** The kill comes when at most so many more requests are acknowledged, on any machine. */
  private static final int MOST_REQUESTS = 30;

  /** Or after so long. */
  private static final Duration LONGEST_LOAD = Duration.ofSeconds(10);

  /** The last request before the kill is at most so long ago; many take less. */
  private static final Duration LAST_MOMENTS = Duration.ofMillis(200);

  /** A start takes about so long; one start in eight is killed somewhere in it. */
  private static final Duration LONGEST_START = Duration.ofSeconds(5);

  private static final int STARTS_PER_EARLY_KILL = 8;

  private final MixedLoad load =
      new MixedLoad(Settings.of(4, Duration.ZERO).withRecovery(Duration.ZERO));
  private final Random random = new Random(load.seed());
  private @Nullable Outage killed;

  @TempDir Path data;

  @Test
  void acknowledgedFilesSurviveAFewKills() throws Exception {
    killTimes(3);
    assertThat(load.acknowledged()).isPositive();
  }

  @Test
  @Tag("soak")
  void acknowledgedFilesSurviveManyKills() throws Exception {
    killTimes(Integer.getInteger("mas.kills", 200));
  }

  private void killTimes(int kills) throws Exception {
    System.out.printf("random kills: -Dmas.seed=%d -Dmas.kills=%d%n", load.seed(), kills);
    int early = 0;
    for (int kill = 1; kill <= kills; kill++) {
      if (kill > 1 && random.nextInt(STARTS_PER_EARLY_KILL) == 0) {
        killWhileItStarts();
        early++;
      } else {
        checkThenKillUnderLoad();
      }
      System.out.printf(
          "%d kills, %d while starting; %d requests acknowledged%n",
          kill, early, load.acknowledged());
    }
    try (StoreProcess store = StoreProcess.start(data, FLAGS);
        MasClient client = store.client(data)) {
      check(client);
    }
  }

  private void killWhileItStarts() {
    try (StoreProcess store = StoreProcess.launch(data, FLAGS)) {
      pause(LONGEST_START);
      store.kill();
    }
  }

  private void checkThenKillUnderLoad() throws Exception {
    try (StoreProcess store = StoreProcess.start(data, FLAGS);
        MasClient client = store.client(data)) {
      check(client);
      load.during(
          List.of(client),
          () -> {
            pauseUnderLoad();
            killed = load.outages().begin(Down.STORE);
            store.kill();
          });
    }
  }

  /** Looks at every file that a client knows of, while nobody changes any. */
  private void check(MasClient client) {
    if (killed != null) {
      killed.end();
    }
    load.check(List.of(client));
    assertThat(load.violations()).as("mas.seed=%d", load.seed()).isEmpty();
  }

  private void pauseUnderLoad() {
    long enough = load.acknowledged() + 1 + random.nextInt(MOST_REQUESTS);
    long deadline = System.nanoTime() + LONGEST_LOAD.toNanos();
    while (load.acknowledged() < enough && System.nanoTime() < deadline) {
      LockSupport.parkNanos(1_000_000);
    }
    pause(LAST_MOMENTS);
  }

  private void pause(Duration most) {
    LockSupport.parkNanos(random.nextLong(most.toNanos()));
  }
}

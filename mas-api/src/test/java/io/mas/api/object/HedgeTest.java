package io.mas.api.object;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** When one shard more is asked for, and how often. */
class HedgeTest {
  private static final Duration MOST = Duration.ofMillis(500);

  private final Hedge hedge = Hedge.upTo(MOST);

  private static long millis(double millis) {
    return (long) (millis * 1e6);
  }

  /** Times as those of a disk: most are short, some very long. */
  @Test
  void waitsAsLongAsNineteenOfTwentyBlocksTake() {
    long seed = System.nanoTime();
    System.out.println("HedgeTest seed " + seed);
    Random random = new Random(seed);
    IntStream.range(0, 20_000).forEach(i -> hedge.took(time(random)));
    long longer = 0;
    for (int i = 0; i < 20_000; i++) {
      long time = time(random);
      longer += time > hedge.nanos() ? 1 : 0;
      hedge.took(time);
    }
    assertThat(longer / 20_000.0).as("of all, seed %d", seed).isBetween(0.03, 0.07);
  }

  private static long time(Random random) {
    return millis(20 * Math.exp(random.nextGaussian() / 2));
  }

  @Test
  void beginsWithTheLongestTimeAndComesDownWithinAThousandBlocks() {
    assertThat(hedge.nanos()).isEqualTo(MOST.toNanos());
    IntStream.range(0, 1000).forEach(i -> hedge.took(millis(2)));
    assertThat(hedge.nanos()).as("and no further").isEqualTo(millis(10));
  }

  @Test
  void neverWaitsLongerThanTheLongestTime() {
    IntStream.range(0, 1000).forEach(i -> hedge.took(TimeUnit.SECONDS.toNanos(10)));
    assertThat(hedge.nanos()).isEqualTo(MOST.toNanos());
  }

  @Test
  void hedgesOneBlockInTwentyWhereAllAreSlow() {
    int taken = 0;
    for (int i = 0; i < 10_000; i++) {
      hedge.begun();
      taken += hedge.take() ? 1 : 0;
    }
    assertThat(taken).isBetween(499, 500);
  }

  @Test
  void whatWasSavedUpIsBounded() {
    IntStream.range(0, 10_000).forEach(i -> hedge.begun());
    assertThat(IntStream.range(0, 100).filter(i -> hedge.take()).count()).isEqualTo(20);
  }

  @Test
  void whatNobodyWaitsForIsNotHedged() {
    Hedge never = Hedge.never();
    IntStream.range(0, 10_000).forEach(i -> never.begun());
    assertThat(never.take()).isFalse();
  }
}

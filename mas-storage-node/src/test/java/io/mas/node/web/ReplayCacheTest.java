package io.mas.node.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.mas.node.web.ReplayCache.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplayCacheTest {
  private static final Duration WINDOW = Duration.ofSeconds(60);
  private static final long NOW = 1_764_000_000_000L;

  @Test
  void theWindowIsSixtySecondsEitherWayAndClosed() {
    ReplayCache cache = new ReplayCache(WINDOW, 100);
    assertThat(cache.judge(NOW - 60_001, 1, NOW)).isEqualTo(Verdict.SKEWED);
    assertThat(cache.judge(NOW - 60_000, 1, NOW)).isEqualTo(Verdict.FRESH);
    assertThat(cache.judge(NOW + 60_000, 2, NOW)).isEqualTo(Verdict.FRESH);
    assertThat(cache.judge(NOW + 60_001, 3, NOW)).isEqualTo(Verdict.SKEWED);
  }

  @Test
  void aReplayIsFoundToTheEndOfItsTimeAndIsStaleAfterIt() {
    ReplayCache cache = new ReplayCache(WINDOW, 100);
    long ahead = NOW + 60_000;
    assertThat(cache.judge(ahead, 7, NOW)).isEqualTo(Verdict.FRESH);
    assertThat(cache.judge(ahead, 7, ahead)).isEqualTo(Verdict.REPLAYED);
    assertThat(cache.judge(ahead, 7, ahead + 60_000)).isEqualTo(Verdict.REPLAYED);
    assertThat(cache.judge(ahead, 7, ahead + 60_001)).isEqualTo(Verdict.SKEWED);
  }

  @Test
  void aClockThatFallsOpensNothing() {
    ReplayCache cache = new ReplayCache(WINDOW, 100);
    assertThat(cache.judge(NOW, 7, NOW)).isEqualTo(Verdict.FRESH);
    assertThat(cache.judge(NOW, 8, NOW + 120_000)).isEqualTo(Verdict.SKEWED);
    assertThat(cache.judge(NOW, 7, NOW)).isEqualTo(Verdict.SKEWED);
  }

  @Test
  void aFullCacheGivesUpTheOldestAndRefusesThemAsStale() {
    ReplayCache cache = new ReplayCache(WINDOW, 100);
    for (int i = 0; i < 100; i++) {
      long time = NOW - 50_000 + 500L * i;
      assertThat(cache.judge(time, i, NOW)).isEqualTo(Verdict.FRESH);
    }
    assertThat(cache.judge(NOW, 100, NOW)).isEqualTo(Verdict.FRESH);
    assertThat(cache.judge(NOW - 50_000, 0, NOW)).isEqualTo(Verdict.SKEWED);
    assertThat(cache.judge(NOW - 49_001, 101, NOW)).isEqualTo(Verdict.SKEWED);
    assertThat(cache.judge(NOW - 49_000, 2, NOW)).isEqualTo(Verdict.REPLAYED);
  }

  /** More in one second than there is room for: the rest of that second is refused, no replay. */
  @Test
  void aSecondThatIsFullIsOver() {
    ReplayCache cache = new ReplayCache(WINDOW, 100);
    for (int i = 0; i < 100; i++) {
      assertThat(cache.judge(NOW, i, NOW)).isEqualTo(Verdict.FRESH);
    }
    assertThat(cache.judge(NOW, 100, NOW)).isEqualTo(Verdict.SKEWED);
    assertThat(cache.judge(NOW, 0, NOW)).isEqualTo(Verdict.SKEWED);
    assertThat(cache.judge(NOW + 1000, 101, NOW + 1000)).isEqualTo(Verdict.FRESH);
  }

  /** A gateway whose clock is ahead cannot lock out those whose clock is right. */
  @Test
  void requestsAheadOfTheClockGetHalfOfTheMemory() {
    ReplayCache cache = new ReplayCache(WINDOW, 100);
    for (int i = 0; i < 200; i++) {
      Verdict verdict = cache.judge(NOW + 50_000, i, NOW);
      assertThat(verdict).isEqualTo(i < 50 ? Verdict.FRESH : Verdict.SKEWED);
    }
    for (int i = 0; i < 1000; i++) {
      long now = NOW + 25L * i; // 40 a second
      assertThat(cache.judge(now, 1000 + i, now)).isEqualTo(Verdict.FRESH);
      assertThat(cache.judge(now, 1000 + i, now)).isEqualTo(Verdict.REPLAYED);
    }
    assertThat(cache.judge(NOW + 50_000, 3, NOW + 25_000)).isNotEqualTo(Verdict.FRESH);
  }

  private record Sent(long time, long nonce) {}

  /** Against a memory without bounds: no request is ever fresh twice, whatever the clock does. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 50, 3000, 1 << 17})
  void nothingIsTakenTwice(int capacity) {
    long seed = new Random().nextLong();
    System.out.println("nothingIsTakenTwice: seed " + seed);
    Random random = new Random(seed);
    ReplayCache cache = new ReplayCache(WINDOW, capacity);
    Set<Sent> taken = new HashSet<>();
    List<Sent> sent = new ArrayList<>();
    long now = NOW;
    for (int i = 0; i < 50_000; i++) {
      now += random.nextInt(100) == 0 ? random.nextInt(-90_000, 90_000) : random.nextInt(20);
      boolean again = !sent.isEmpty() && random.nextInt(3) == 0;
      Sent one =
          again
              ? sent.get(Math.max(0, sent.size() - 1 - random.nextInt(5000)))
              : new Sent(now + random.nextInt(-70_000, 70_000), random.nextLong(-9, 1 << 20));
      sent.add(one);
      if (cache.judge(one.time(), one.nonce(), now) == Verdict.FRESH) {
        assertThat(taken.add(one)).as("seed %d, request %d", seed, i).isTrue();
        assertThat(Math.abs(one.time() - now)).isLessThanOrEqualTo(WINDOW.toMillis());
      }
    }
  }

  /** With room for all and a clock that does not fall, the judgement is exact both ways. */
  @Test
  void nothingIsRefusedWithoutReason() {
    long seed = new Random().nextLong();
    System.out.println("nothingIsRefusedWithoutReason: seed " + seed);
    Random random = new Random(seed);
    ReplayCache cache = new ReplayCache(WINDOW, 100_000);
    Set<Sent> taken = new HashSet<>();
    List<Sent> sent = new ArrayList<>();
    long now = NOW;
    for (int i = 0; i < 40_000; i++) {
      now += random.nextInt(50);
      boolean again = !sent.isEmpty() && random.nextInt(3) == 0;
      Sent one =
          again
              ? sent.get(random.nextInt(sent.size()))
              : new Sent(now + random.nextInt(-61_000, 61_000), random.nextLong());
      sent.add(one);
      boolean inside = Math.abs(one.time() - now) <= WINDOW.toMillis();
      Verdict right =
          !inside ? Verdict.SKEWED : taken.contains(one) ? Verdict.REPLAYED : Verdict.FRESH;
      assertThat(cache.judge(one.time(), one.nonce(), now))
          .as("seed %d, request %d", seed, i)
          .isEqualTo(right);
      if (right == Verdict.FRESH) {
        taken.add(one);
      }
    }
  }
}

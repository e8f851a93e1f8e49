package io.mas.api.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.springframework.util.unit.DataSize;

class PaceTest {
  private static final int WINDOW_BYTES = 16 * 1024 * 30;

  private final AtomicLong now = new AtomicLong();
  private final Pace pace = new Pace(limits(), now::get);

  private static LimitsProperties limits() {
    return new LimitsProperties(
        512,
        8,
        1000,
        16,
        DataSize.ofKilobytes(16),
        Duration.ofSeconds(30),
        Duration.ofSeconds(60),
        DataSize.ofMegabytes(64),
        256);
  }

  private boolean wait(int seconds, int bytes) {
    long start = pace.start();
    now.addAndGet(TimeUnit.SECONDS.toNanos(seconds));
    return pace.moved(start, bytes);
  }

  @Test
  void theLeastRateIsEnough() {
    assertThat(wait(30, WINDOW_BYTES)).isTrue();
    assertThat(wait(29, 0)).isTrue();
    assertThat(wait(1, WINDOW_BYTES)).isTrue();
  }

  @Test
  void oneByteLessIsNot() {
    assertThat(wait(30, WINDOW_BYTES - 1)).isFalse();
  }

  @Test
  void aFastStartIsNoCreditForLater() {
    assertThat(wait(30, 100 * WINDOW_BYTES)).isTrue();
    assertThat(wait(30, 1)).isFalse();
  }

  @Test
  void timeThatTheGatewayTakesDoesNotCount() {
    for (int i = 0; i < 100; i++) {
      now.addAndGet(TimeUnit.HOURS.toNanos(1));
      assertThat(wait(0, 1)).isTrue();
    }
  }
}

package io.mas.dev.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What is waited for may be asked of processes that do not always answer. */
class WaitingTest {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private static UncheckedIOException cut() {
    return new UncheckedIOException("Redis does not answer", new IOException("connection reset"));
  }

  @Test
  void aProcessThatCutsTheConnectionIsAskedAgain() {
    var asked = new AtomicInteger();
    Waiting.until(
        "it answers",
        PATIENCE,
        () -> {
          if (asked.incrementAndGet() < 3) {
            throw cut();
          }
          return true;
        });
    assertThat(asked).hasValue(3);
  }

  @Test
  void oneThatNeverAnswersIsNamedAsTheCause() {
    assertThatThrownBy(
            () ->
                Waiting.until(
                    "it answers",
                    Duration.ZERO,
                    () -> {
                      throw cut();
                    }))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("after PT0S it does not hold: it answers")
        .hasRootCauseMessage("connection reset");
  }

  @Test
  void whatDoesNotHoldEndsWithoutACause() {
    assertThatThrownBy(() -> Waiting.until("it is so", Duration.ZERO, () -> false))
        .hasMessage("after PT0S it does not hold: it is so")
        .hasNoCause();
  }
}

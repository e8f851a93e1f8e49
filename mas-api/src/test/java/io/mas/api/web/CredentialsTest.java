package io.mas.api.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CredentialsTest {
  private final SystemTokens tokens =
      new SystemTokens(List.of("current-secret-0", "next-secret-0000"));

  @Test
  void eachActiveSecretIsGood() {
    assertThat(tokens.require("current-secret-0")).isZero();
    assertThat(tokens.require("next-secret-0000")).isOne();
  }

  @Test
  void nothingElseIs() {
    for (String given :
        new String[] {"", "current-secret-", "current-secret-00", "CURRENT-SECRET-0"}) {
      assertThat(refusal(tokens, given)).isEqualTo(ErrorCode.SYSTEM_TOKEN_INVALID);
    }
    assertThat(refusal(tokens, null)).isEqualTo(ErrorCode.SYSTEM_TOKEN_INVALID);
  }

  @Test
  void withoutSecretsNobodyIsTheBackend() {
    assertThat(refusal(new SystemTokens(List.of()), "")).isEqualTo(ErrorCode.SYSTEM_TOKEN_INVALID);
  }

  private static ErrorCode refusal(SystemTokens tokens, @Nullable String given) {
    return catchThrowableOfType(MasException.class, () -> tokens.require(given)).code();
  }

  @Test
  void aShortSecretIsRefusedAndNotRepeated() {
    assertThatThrownBy(() -> new SystemTokenProperties(List.of("short")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining("short");
    assertThat(new SystemTokenProperties(List.of("current-secret-0")).toString())
        .doesNotContain("current-secret-0");
  }

  @Test
  void aRateLetsOneSecondsWorthPassAndFillsEvenly() {
    var now = new AtomicLong();
    var rate = new RequestRate(10, now::get);
    take(rate, 10);
    assertThat(exhausted(rate)).isTrue();
    now.addAndGet(TimeUnit.MILLISECONDS.toNanos(250));
    take(rate, 2);
    assertThat(exhausted(rate)).isTrue();
    now.addAndGet(TimeUnit.HOURS.toNanos(1));
    take(rate, 10);
    assertThat(exhausted(rate)).isTrue();
  }

  private static void take(RequestRate rate, int count) {
    for (int i = 0; i < count; i++) {
      rate.take();
    }
  }

  private static boolean exhausted(RequestRate rate) {
    return catchThrowableOfType(MasException.class, rate::take).code()
        == ErrorCode.TOO_MANY_REQUESTS;
  }
}

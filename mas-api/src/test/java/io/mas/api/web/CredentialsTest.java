package io.mas.api.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CredentialsTest {
  private static final Instant EXPIRY = Instant.parse("2027-01-01T00:00:00Z");

  private final AtomicReference<Instant> now = new AtomicReference<>(EXPIRY.minusSeconds(1));
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final SystemTokens tokens = new SystemTokens(meters, now::get);

  CredentialsTest() {
    tokens.replace(
        List.of(
            token("current", "current-secret-0", Set.of(Scope.values()), null),
            token("next", "next-secret-0000", Set.of(Scope.FILES), EXPIRY)));
  }

  private static SystemToken token(
      String id, String secret, Set<Scope> scopes, @Nullable Instant expires) {
    return new SystemToken(
        id, HexFormat.of().formatHex(SystemTokens.sha256(secret)), scopes, expires);
  }

  @Test
  void eachActiveSecretIsGood() {
    assertThat(tokens.require("current-secret-0", Scope.FILES)).isEqualTo("current");
    assertThat(tokens.require("next-secret-0000", Scope.FILES)).isEqualTo("next");
  }

  @Test
  void nothingElseIs() {
    for (String given :
        new String[] {
          "", "current-secret-", "current-secret-00", "CURRENT-SECRET-0", "current", null
        }) {
      assertThat(refusal(given, Scope.FILES)).hasMessage("systemToken is wrong or missing");
    }
    String hash = HexFormat.of().formatHex(SystemTokens.sha256("current-secret-0"));
    assertThat(refusal(hash, Scope.FILES)).hasMessage("systemToken is wrong or missing");
  }

  @Test
  void withoutSecretsNobodyIsTheBackend() {
    tokens.replace(List.of());
    assertThat(refusal("", Scope.FILES)).isNotNull();
    assertThat(refusal("current-secret-0", Scope.FILES)).isNotNull();
  }

  @Test
  void aScopeThatItHasNotIsNamed() {
    assertThat(refusal("next-secret-0000", Scope.TOKENS))
        .hasMessage("systemToken 'next' has not the scope 'tokens'");
    assertThat(refusal("next-secret-0000", Scope.ADMIN)).hasMessageEndingWith("'admin'");
  }

  @Test
  void itExpiresAtTheInstant() {
    assertThat(tokens.require("next-secret-0000", Scope.FILES)).isEqualTo("next");
    now.set(EXPIRY);
    assertThat(refusal("next-secret-0000", Scope.FILES))
        .hasMessage("systemToken 'next' expired at 2027-01-01T00:00:00Z");
    assertThat(tokens.require("current-secret-0", Scope.FILES)).isEqualTo("current");
  }

  @Test
  void itsUsesAreCountedAndTheLastIsKnown() {
    tokens.require("current-secret-0", Scope.FILES);
    tokens.require("current-secret-0", Scope.ADMIN);
    assertThat(refusal("next-secret-0000", Scope.ADMIN)).isNotNull();
    tokens.replace(List.of(token("current", "another-secret-0", Set.of(Scope.FILES), null)));
    tokens.require("another-secret-0", Scope.FILES);
    assertThat(meters.get("mas.system.tokens.uses").tag("id", "current").counter().count())
        .isEqualTo(3);
    assertThat(meters.get("mas.system.tokens.uses").tag("id", "next").counter().count()).isZero();
    assertThat(meters.get("mas.system.tokens.last.used").tag("id", "current").gauge().value())
        .isEqualTo((double) (EXPIRY.getEpochSecond() - 1));
    assertThat(meters.get("mas.system.tokens.last.used").tag("id", "next").gauge().value())
        .isZero();
  }

  private MasException refusal(@Nullable String given, Scope scope) {
    MasException refusal =
        catchThrowableOfType(MasException.class, () -> tokens.require(given, scope));
    assertThat(refusal.code()).isEqualTo(ErrorCode.SYSTEM_TOKEN_INVALID);
    return refusal;
  }

  @Test
  void aRateLetsOneSecondsWorthPassAndFillsEvenly() {
    var nanos = new AtomicLong();
    var rate = new RequestRate(10, nanos::get);
    take(rate, 10);
    assertThat(exhausted(rate)).isTrue();
    nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(250));
    take(rate, 2);
    assertThat(exhausted(rate)).isTrue();
    nanos.addAndGet(TimeUnit.HOURS.toNanos(1));
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

package io.mas.api.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** The contract in memory, and its bound. */
class InMemoryTokenStoreTest extends TokenStoreContract {
  private final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);

  @Override
  TokenStore newStore(int maxAge) {
    return newStore(maxAge, 1000);
  }

  private InMemoryTokenStore newStore(int maxAge, int capacity) {
    TokenProperties properties =
        new TokenProperties(
            Duration.ofSeconds(FIRST_USE),
            Duration.ofSeconds(PER_USE),
            Duration.ofSeconds(maxAge),
            capacity);
    return new InMemoryTokenStore(properties, now::get, new SecureRandom());
  }

  @Override
  Duration second() {
    return Duration.ofSeconds(1);
  }

  @Override
  double margin() {
    return 0.001;
  }

  @Override
  void pass(double seconds) {
    now.updateAndGet(before -> before.plusMillis(Math.round(seconds * 1000)));
  }

  @Test
  void aTokenEndsAtTheExactInstant() {
    String token = store.issue(download());
    pass(FIRST_USE);
    assertThat(store.use(token, TokenGrant.Action.DOWNLOAD)).isEmpty();
  }

  @Test
  void aFullStoreRefusesUntilTokensExpire() {
    InMemoryTokenStore small = newStore(MAX_AGE, 10);
    for (int i = 0; i < 10; i++) {
      small.issue(download());
    }
    assertThatThrownBy(() -> small.issue(download()))
        .isInstanceOfSatisfying(
            MasException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TOO_MANY_REQUESTS))
        .hasMessageContaining("10 tokens are valid");
    pass(FIRST_USE);
    assertThat(small.issue(download())).isNotEmpty();
    assertThat(small.size()).isEqualTo(1);
  }

  @Test
  void aFullStoreHasRoomAfterARevocation() {
    InMemoryTokenStore small = newStore(MAX_AGE, 2);
    String token = small.issue(download());
    small.issue(download());
    small.revoke(token);
    small.revoke(token);
    small.issue(download());
    small.revokeAll(hash);
    assertThat(small.size()).isZero();
  }

  @Test
  void expiredTokensAreRemovedLongBeforeTheStoreIsFull() {
    InMemoryTokenStore large = newStore(MAX_AGE, 1_000_000);
    for (int i = 0; i < 20_000; i++) {
      large.issue(TokenGrant.download(hash(), null, null));
      pass(0.5);
    }
    assertThat(large.size()).isLessThan(1000);
  }

  @Test
  void aClosedStoreKnowsNoTokens() {
    String token = store.issue(download());
    store.close();
    assertThat(store.use(token, TokenGrant.Action.DOWNLOAD)).isEmpty();
  }

  @Test
  void theSteadyClockStartsAtThePresentAndGoesOn() {
    Instant before = Instant.now();
    var clock = InMemoryTokenStore.steadyClock();
    Instant one = clock.instant();
    assertThat(one).isBetween(before, before.plusSeconds(60));
    assertThat(clock.instant()).isAfterOrEqualTo(one);
  }
}

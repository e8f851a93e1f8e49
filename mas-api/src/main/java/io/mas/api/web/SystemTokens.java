package io.mas.api.web;

import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Knows the business backends by their secrets. Digests of equal length are compared in constant
 * time, and with every one whichever fits, so that an answer's time tells nothing. Counts the uses
 * of each, and when the last one was. Thread-safe.
 */
final class SystemTokens {
  /** The header that carries the secret. */
  static final String HEADER = "systemToken";

  private final MeterRegistry meters;
  private final InstantSource clock;
  private final Map<String, Uses> uses = new ConcurrentHashMap<>();
  private volatile List<Known> known = List.of();

  SystemTokens(MeterRegistry meters, InstantSource clock) {
    this.meters = meters;
    this.clock = clock;
  }

  private record Known(SystemToken token, Uses uses) {}

  /**
   * Of one id.
   *
   * @param last Unix seconds, 0 for never
   */
  private record Uses(Counter count, AtomicLong last) {}

  /** From now on, these and no others are good. */
  void replace(List<SystemToken> tokens) {
    known =
        tokens.stream()
            .map(token -> new Known(token, uses.computeIfAbsent(token.id(), this::metered)))
            .toList();
  }

  private Uses metered(String id) {
    var last = new AtomicLong();
    Gauge.builder("mas.system.tokens.last.used", last, AtomicLong::doubleValue)
        .baseUnit("seconds")
        .tag("id", id)
        .description("when the systemToken was last used, in Unix seconds; 0 for not yet")
        .register(meters);
    Counter count =
        Counter.builder("mas.system.tokens.uses")
            .tag("id", id)
            .description("requests that the systemToken was good for")
            .register(meters);
    return new Uses(count, last);
  }

  /**
   * Whose secret was given.
   *
   * @return the id
   * @throws MasException SYSTEM_TOKEN_INVALID
   */
  String require(@Nullable String given, Scope scope) {
    Known match = match(given);
    if (match == null) {
      throw refusal("systemToken is wrong or missing");
    }
    SystemToken token = match.token;
    if (token.expiredAt(clock.instant())) {
      throw refusal("systemToken '%s' expired at %s".formatted(token.id(), token.expires()));
    }
    if (!token.scopes().contains(scope)) {
      throw refusal("systemToken '%s' has not the scope '%s'".formatted(token.id(), scope));
    }
    match.uses.count.increment();
    match.uses.last.set(clock.instant().getEpochSecond());
    return token.id();
  }

  /** Whether it is the secret of a backend, whatever that may do with it. Not counted as a use. */
  boolean know(@Nullable String given) {
    Known match = match(given);
    return match != null && !match.token.expiredAt(clock.instant());
  }

  private @Nullable Known match(@Nullable String given) {
    byte[] digest = sha256(given == null ? "" : given);
    Known match = null;
    for (Known one : known) {
      if (MessageDigest.isEqual(one.token.digest(), digest)) {
        match = one;
      }
    }
    return match;
  }

  private static MasException refusal(String why) {
    return new MasException(ErrorCode.SYSTEM_TOKEN_INVALID, why);
  }

  static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}

package io.mas.api.web;

import io.mas.api.token.TokenGrant;
import io.mas.api.token.TokenStore;
import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tokens in use on this gateway. Keeps each one valid while requests with it are under way, and
 * ends those requests when it is gone: at once where they move bytes, shortly after where they are
 * blocked in their socket. Thread-safe; the text of a token is kept only while it is in use.
 *
 * <p>All tokens are kept alive at once, each by a thread of its own: one that the token store does
 * not answer for keeps no other waiting. Meanwhile nobody knows whether it is gone, and what is
 * under way with it goes on.
 */
final class TokenUses implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TokenUses.class);

  /**
   * Between two looks at a token. A revocation has to end a request within 5 s, and a blocked one
   * needs {@link #GRACE} more.
   */
  static final Duration PERIOD = Duration.ofSeconds(4);

  /** How long a request may take to see for itself that its token is gone. */
  private static final Duration GRACE = Duration.ofMillis(500);

  /** No token of ours is longer; a longer text need not be looked up. */
  private static final int MAX_TOKEN_LENGTH = 256;

  private final TokenStore store;
  private final int usesPerToken;
  private final LongSupplier nanoTime;
  private final ConcurrentHashMap<String, List<Exchange>> active = new ConcurrentHashMap<>();
  private final ExecutorService looks =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("mas-token-look").factory());
  private final ScheduledExecutorService keeper =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("token-keeper").factory());

  TokenUses(TokenStore store, int usesPerToken, Duration period, LongSupplier nanoTime) {
    this.store = store;
    this.usesPerToken = usesPerToken;
    this.nanoTime = nanoTime;
    var _ =
        keeper.scheduleWithFixedDelay(
            this::keepAll, period.toNanos(), period.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Begins a use of the token in the request's header. */
  TokenUse begin(HttpServletRequest request, TokenGrant.Action action) {
    return begin(request, request.getHeader("token"), action);
  }

  /**
   * Begins a use of a token.
   *
   * @throws MasException TOKEN_INVALID, TOO_MANY_REQUESTS
   */
  TokenUse begin(HttpServletRequest request, @Nullable String token, TokenGrant.Action action) {
    if (token == null || token.isEmpty() || token.length() > MAX_TOKEN_LENGTH) {
      throw invalid();
    }
    Exchange exchange = Exchange.of(request);
    enter(token, exchange);
    try {
      TokenGrant grant = store.use(token, action).orElseThrow(TokenUses::invalid);
      long start = nanoTime.getAsLong();
      return new TokenUse(grant, () -> finish(token, exchange, start));
    } catch (RuntimeException e) {
      leave(token, exchange);
      throw e;
    }
  }

  private void enter(String token, Exchange exchange) {
    active.compute(
        token,
        (_, exchanges) -> {
          List<Exchange> others = exchanges == null ? List.of() : exchanges;
          if (others.size() >= usesPerToken) {
            throw new MasException(
                ErrorCode.TOO_MANY_REQUESTS,
                "%d requests are under way with this token".formatted(others.size()));
          }
          return Stream.concat(others.stream(), Stream.of(exchange)).toList();
        });
  }

  private void leave(String token, Exchange exchange) {
    active.computeIfPresent(
        token,
        (_, exchanges) -> {
          List<Exchange> others = exchanges.stream().filter(e -> e != exchange).toList();
          return others.isEmpty() ? null : others;
        });
  }

  private void finish(String token, Exchange exchange, long start) {
    leave(token, exchange);
    if (nanoTime.getAsLong() - start > GRACE.toNanos()) {
      var _ = gone(token); // at least 10 s remain after a use, however long it was (contract)
    }
  }

  private static MasException invalid() {
    return new MasException(
        ErrorCode.TOKEN_INVALID, "the token is missing, unknown, ended, or for another action");
  }

  private void keepAll() {
    try {
      active.forEach((token, exchanges) -> looks.execute(() -> keep(token, exchanges)));
    } catch (RuntimeException | Error e) { // or no round would ever follow
      LOG.warn("tokens in use could not be looked at, trying again", e);
    }
  }

  private void keep(String token, List<Exchange> exchanges) {
    if (gone(token)) {
      exchanges.forEach(Exchange::end);
      var _ =
          keeper.schedule(
              () -> exchanges.forEach(exchange -> cut(token, exchange)),
              GRACE.toMillis(),
              TimeUnit.MILLISECONDS);
    }
  }

  private boolean gone(String token) {
    try {
      return !store.keepAlive(token);
    } catch (RuntimeException e) {
      LOG.debug("a token in use could not be kept alive, trying again", e);
      return false;
    }
  }

  private void cut(String token, Exchange exchange) {
    if (active.getOrDefault(token, List.of()).contains(exchange)) {
      exchange.cut();
    }
  }

  @Override
  public void close() {
    keeper.shutdownNow();
    looks.shutdownNow();
  }
}

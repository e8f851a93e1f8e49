package io.mas.api.token;

import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import io.mas.common.object.ObjectHash;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The tokens of one process. They are lost when it ends: the backend then issues others.
 *
 * <p>One lock guards everything, so that each operation is atomic and they happen one after the
 * other; none takes longer than a few microseconds, but for a sweep. A revocation removes the
 * tokens there are: those issued before it are gone and those issued after it are not touched,
 * whatever the clock says.
 */
public final class InMemoryTokenStore implements TokenStore {
  /** Sweeps follow each other at this distance at least, lest a full store sweeps all the time. */
  private static final Duration SWEEP_PAUSE = Duration.ofSeconds(1);

  private final TokenProperties properties;
  private final InstantSource clock;
  private final RandomGenerator random;

  /** By tag, then by digest; guarded by this. No inner map is empty. */
  private final Map<String, Map<String, Token>> tokens = new HashMap<>();

  /** How many tokens there are; guarded by this. */
  private int size;

  /** Tokens issued since the last sweep; guarded by this. */
  private int issued;

  /** When the last sweep was; guarded by this. */
  private Instant swept = Instant.MIN;

  /**
   * An empty store.
   *
   * @param clock should not jump: take {@link #steadyClock()} where it matters
   * @param random must not be guessed: a SecureRandom where it matters
   */
  public InMemoryTokenStore(
      TokenProperties properties, InstantSource clock, RandomGenerator random) {
    this.properties = properties;
    this.clock = clock;
    this.random = random;
  }

  /** A clock that goes on evenly from the present, even when the computer's clock is set. */
  public static InstantSource steadyClock() {
    Instant start = Instant.now();
    long nanos = System.nanoTime();
    return () -> start.plusNanos(System.nanoTime() - nanos);
  }

  /** A token's state; {@code end} is its maximum age. */
  private static final class Token {
    final TokenGrant grant;
    final Instant end;
    Instant expires;

    Token(TokenGrant grant, Instant expires, Instant end) {
      this.grant = grant;
      this.end = end;
      this.expires = earlier(expires, end);
    }

    boolean validAt(Instant now) {
      return now.isBefore(expires);
    }
  }

  @Override
  public String issue(TokenGrant grant) {
    String text = TokenText.create(grant.hash(), random);
    TokenText.Key key = TokenText.key(text).orElseThrow();
    Instant now = clock.instant();
    add(key, new Token(grant, now.plus(properties.firstUse()), now.plus(properties.maxAge())), now);
    return text;
  }

  private synchronized void add(TokenText.Key key, Token token, Instant now) {
    boolean full = size >= properties.capacity();
    if ((full || issued > size / 2) && !now.isBefore(swept.plus(SWEEP_PAUSE))) {
      sweep(now);
    }
    if (size >= properties.capacity()) {
      throw new MasException(
          ErrorCode.TOO_MANY_REQUESTS,
          "%d tokens are valid, the most that mas.token.capacity allows: try again later"
              .formatted(size));
    }
    tokens.computeIfAbsent(key.tag(), tag -> new HashMap<>(2)).put(key.digest(), token);
    size++;
    issued++;
  }

  /** Removes what has expired. */
  private void sweep(Instant now) {
    Iterator<Map<String, Token>> buckets = tokens.values().iterator();
    while (buckets.hasNext()) {
      Map<String, Token> bucket = buckets.next();
      size -= bucket.size();
      bucket.values().removeIf(token -> !token.validAt(now));
      size += bucket.size();
      if (bucket.isEmpty()) {
        buckets.remove();
      }
    }
    issued = 0;
    swept = now;
  }

  @Override
  public Optional<TokenGrant> use(String token, TokenGrant.Action action) {
    return TokenText.key(token).map(key -> use(key, action));
  }

  private synchronized @Nullable TokenGrant use(TokenText.Key key, TokenGrant.Action action) {
    Token token = valid(key, clock.instant());
    if (token == null || token.grant.action() != action) {
      return null;
    }
    token.expires = earlier(token.expires.plus(properties.perUse()), token.end);
    return token.grant;
  }

  @Override
  public boolean keepAlive(String token) {
    return TokenText.key(token).map(this::keepAlive).orElse(false);
  }

  private synchronized boolean keepAlive(TokenText.Key key) {
    Instant now = clock.instant();
    Token token = valid(key, now);
    if (token == null) {
      return false;
    }
    Instant atLeast = earlier(now.plus(properties.perUse()), token.end);
    token.expires = token.expires.isBefore(atLeast) ? atLeast : token.expires;
    return true;
  }

  /** The token if it is valid; one that is not any more is removed. */
  private @Nullable Token valid(TokenText.Key key, Instant now) {
    Token token = tokens.getOrDefault(key.tag(), Map.of()).get(key.digest());
    if (token == null || token.validAt(now)) {
      return token;
    }
    remove(key);
    return null;
  }

  @Override
  public void revoke(String token) {
    TokenText.key(token).ifPresent(this::remove);
  }

  private synchronized void remove(TokenText.Key key) {
    Map<String, Token> bucket = tokens.get(key.tag());
    if (bucket != null && bucket.remove(key.digest()) != null) {
      size--;
      dropIfEmpty(key.tag(), bucket);
    }
  }

  @Override
  public synchronized void revokeAll(ObjectHash hash) {
    String tag = TokenText.tag(hash);
    Map<String, Token> bucket = tokens.get(tag);
    if (bucket != null) {
      size -= bucket.size();
      bucket.values().removeIf(token -> token.grant.hash().equals(hash));
      size += bucket.size();
      dropIfEmpty(tag, bucket);
    }
  }

  private void dropIfEmpty(String tag, Map<String, Token> bucket) {
    if (bucket.isEmpty()) {
      tokens.remove(tag);
    }
  }

  /** How many tokens are kept, expired ones that were not swept yet included. */
  synchronized int size() {
    return size;
  }

  private static Instant earlier(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
  }

  /** Forgets all tokens. */
  @Override
  public synchronized void close() {
    tokens.clear();
    size = 0;
  }
}

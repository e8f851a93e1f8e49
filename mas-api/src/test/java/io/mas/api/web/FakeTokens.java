package io.mas.api.web;

import static org.awaitility.Awaitility.await;

import io.mas.api.token.TokenGrant;
import io.mas.api.token.TokenStore;
import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import io.mas.common.object.ObjectHash;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Tokens that are there until they are revoked; counts what is asked. */
final class FakeTokens implements TokenStore {
  /** As Redis that hangs; longer than a revocation may take divided by the tokens of a test. */
  private static final Duration NO_ANSWER = Duration.ofSeconds(2);

  final AtomicInteger uses = new AtomicInteger();
  final AtomicInteger keptAlive = new AtomicInteger();
  private final AtomicInteger issued = new AtomicInteger();
  private final Map<String, TokenGrant> grants = new ConcurrentHashMap<>();
  private final Set<String> unknown = ConcurrentHashMap.newKeySet();

  @Override
  public String issue(TokenGrant grant) {
    String token = "token-" + issued.incrementAndGet();
    grants.put(token, grant);
    return token;
  }

  @Override
  public Optional<TokenGrant> use(String token, TokenGrant.Action action) {
    uses.incrementAndGet();
    return Optional.ofNullable(grants.get(token)).filter(grant -> grant.action() == action);
  }

  /** From now on nobody can be told whether this token is still there. */
  void loseSightOf(String token) {
    unknown.add(token);
  }

  @Override
  public boolean keepAlive(String token) {
    keptAlive.incrementAndGet();
    if (unknown.contains(token)) {
      await().pollDelay(NO_ANSWER).until(() -> true);
      throw new MasException(ErrorCode.TOKEN_STORE_UNREACHABLE, "no answer for " + token);
    }
    return grants.containsKey(token);
  }

  @Override
  public void revoke(String token) {
    grants.remove(token);
  }

  @Override
  public void revokeAll(ObjectHash hash) {
    grants.values().removeIf(grant -> grant.hash().equals(hash));
  }

  @Override
  public void close() {}
}

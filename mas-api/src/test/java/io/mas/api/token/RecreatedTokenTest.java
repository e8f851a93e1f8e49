package io.mas.api.token;

import static io.mas.api.token.TokenGrant.Action.DOWNLOAD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mas.common.object.ObjectHash;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * That the contract finds a store which recreates tokens: a use of one that was revoked, has ended
 * or was flushed makes it again. The scripts and the maps of the real stores have no place where a
 * token that is not there could be written, so this fault is planted around them.
 */
class RecreatedTokenTest {
  /** What the contract says of tokens that are gone. */
  private static final List<Consumer<TokenStoreContract>> PROMISES =
      List.of(
          TokenStoreContract::aRevokedTokenIsGone,
          TokenStoreContract::allTokensOfARevokedHashAreGone,
          TokenStoreContract::aRevocationThatReturnedIsSeenByEveryLaterUse,
          TokenStoreContract::anEndedTokenIsNotBroughtBack,
          TokenStoreContract::anUnusedTokenEndsAfterwards);

  /** Remembers what it has issued, and issues it again when it is used and gone. */
  private record Recreating(
      TokenStore store, Map<String, TokenGrant> issued, Map<String, String> again)
      implements TokenStore {

    static TokenStore around(TokenStore store) {
      return new Recreating(store, new ConcurrentHashMap<>(), new ConcurrentHashMap<>());
    }

    @Override
    public String issue(TokenGrant grant) {
      String token = store.issue(grant);
      issued.put(token, grant);
      return token;
    }

    private String now(String token) {
      return again.getOrDefault(token, token);
    }

    private Optional<String> recreated(String token) {
      Optional<String> made = Optional.ofNullable(issued.get(token)).map(store::issue);
      made.ifPresent(one -> again.put(token, one));
      return made;
    }

    @Override
    public Optional<TokenGrant> use(String token, TokenGrant.Action action) {
      return store
          .use(now(token), action)
          .or(() -> recreated(token).flatMap(made -> store.use(made, action)));
    }

    @Override
    public boolean keepAlive(String token) {
      return store.keepAlive(now(token)) || recreated(token).map(store::keepAlive).orElse(false);
    }

    @Override
    public void revoke(String token) {
      store.revoke(now(token));
    }

    @Override
    public void revokeAll(ObjectHash hash) {
      store.revokeAll(hash);
    }

    @Override
    public void close() {
      store.close();
    }
  }

  private static final class RecreatingInMemory extends InMemoryTokenStoreTest {
    @Override
    TokenStore newStore(int maxAge) {
      return Recreating.around(super.newStore(maxAge));
    }
  }

  private static final class RecreatingInRedis extends RedisTokenStoreContractTest {
    @Override
    TokenStore newStore(int maxAge) {
      return Recreating.around(super.newStore(maxAge));
    }
  }

  private static TokenStoreContract contract(boolean redis, boolean faulty) {
    return redis
        ? (faulty ? new RecreatingInRedis() : new RedisTokenStoreContractTest())
        : (faulty ? new RecreatingInMemory() : new InMemoryTokenStoreTest());
  }

  private static void keep(Consumer<TokenStoreContract> promise, TokenStoreContract contract) {
    contract.openStore();
    try {
      promise.accept(contract);
    } finally {
      contract.closeStore();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aStoreThatRecreatesTokensBreaksEachPromise(boolean redis) {
    for (Consumer<TokenStoreContract> promise : PROMISES) {
      keep(promise, contract(redis, false));
      assertThatThrownBy(() -> keep(promise, contract(redis, true)))
          .as("promise %d", PROMISES.indexOf(promise))
          .isInstanceOf(AssertionError.class);
    }
  }

  @Test
  void afterAFlushNoTokenIsValidUnlessTheyAreRecreated() {
    assertThat(validAfterAFlush(false)).isFalse();
    assertThat(validAfterAFlush(true)).as("nobody knows what was revoked before").isTrue();
  }

  private static boolean validAfterAFlush(boolean faulty) {
    TokenStoreContract contract = contract(true, faulty);
    contract.openStore();
    try {
      String token = contract.store.issue(contract.download());
      TestRedis.single().command("FLUSHALL");
      return contract.store.use(token, DOWNLOAD).isPresent();
    } finally {
      contract.closeStore();
    }
  }
}

package io.mas.api.token;

import static io.mas.api.token.TokenGrant.Action.DOWNLOAD;
import static org.assertj.core.api.Assertions.assertThat;

import io.mas.common.object.ObjectHash;
import io.mas.dev.server.RedisServer;
import io.mas.dev.server.Server;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** A primary is killed, or hangs, while tokens are issued, used and revoked. */
class RedisFailoverTest {
  /**
   * A server is taken for dead after 1 s; then come election, and finding the new primary. A
   * sentinel that was itself held up for 2 s, by a busy machine, does nothing for 30 s first (TILT
   * mode, redis.io/docs/latest/operate/oss_and_stack/management/sentinel).
   */
  private static final Duration BACK = Duration.ofSeconds(45);

  private static final Duration BEFORE = Duration.ofMillis(800);
  private static final Duration QUIET = Duration.ofMillis(700);
  private static final Duration LONG = Duration.ofHours(1);
  private static final Duration BRIEF = Duration.ofMillis(1500);
  private static final ObjectHash HASH = new ObjectHash("ef".repeat(32));

  private final long seed = Long.getLong("mas.test.seed", new SecureRandom().nextLong());
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

  private RedisTokenStore store(Server redis, Duration maxAge) {
    TokenProperties tokens = TestRedis.tokens(maxAge, Duration.ofSeconds(10), maxAge);
    return TestRedis.store(redis.uri(), tokens, meters);
  }

  private double unreplicated() {
    return meters.get("mas.token.revocations.unreplicated").counter().count();
  }

  @Test
  void sentinelsReplaceAPrimaryThatIsKilled() {
    RedisServer primary = TestRedis.sentinel().primary();
    underLoad(TestRedis.sentinel(), primary::kill);
    assertThat(TestRedis.sentinel().primary()).isNotSameAs(primary);
  }

  @Test
  void sentinelsReplaceAPrimaryThatHangsAndIsNotUsedWhenItGoesOn() {
    RedisServer primary = TestRedis.sentinel().primary();
    underLoad(
        TestRedis.sentinel(),
        () -> {
          primary.suspend();
          Awaitility.await().atMost(BACK).until(() -> TestRedis.sentinel().primary() != primary);
          primary.resume();
        });
  }

  @Test
  void aClusterReplacesAPrimaryThatIsKilled() {
    RedisServer primary = TestRedis.cluster().primary("any");
    underLoad(TestRedis.cluster(), primary::kill);
    assertThat(TestRedis.cluster().primary("any")).isNotSameAs(primary);
  }

  /** As {@link #loaded}; afterwards all servers run again, which other tests use too. */
  private void underLoad(Server redis, Runnable failure) {
    try (RunsAgain _ = () -> restart(redis)) {
      loaded(redis, failure);
    }
  }

  /** Unlike {@code finally} it does not hide why the test failed if it fails itself. */
  private interface RunsAgain extends AutoCloseable {
    @Override
    void close();
  }

  private static void restart(Server redis) {
    redis.resume();
    redis.start();
  }

  /** Has users work on tokens that last and on brief ones before, during and after a failure. */
  private void loaded(Server redis, Runnable failure) {
    System.out.println("failover: -Dmas.test.seed=" + seed);
    try (TokenStore lasting = store(redis, LONG);
        TokenStore brief = store(redis, BRIEF);
        TokenLoad first = new TokenLoad(lasting, LONG, this::unreplicated, seed);
        TokenLoad second = new TokenLoad(brief, BRIEF, this::unreplicated, ~seed)) {
      LockSupport.parkNanos(BEFORE.toNanos());
      assertThat(first.unreachable.get() + second.unreachable.get()).isZero();
      long start = System.nanoTime();
      failure.run();
      for (TokenLoad load : List.of(first, second)) {
        Awaitility.await()
            .atMost(BACK.plus(QUIET))
            .until(() -> load.unreachable.get() > 0 && quietFor(load).compareTo(QUIET) > 0);
        report(load, Duration.ofNanos(load.failedLast() - start));
        assertThat(load.violations).isEmpty();
        assertThat(load.revocations).hasPositiveValue();
        assertThat(load.looks).hasPositiveValue();
      }
      Awaitility.await().until(() -> second.overAge.get() > 0);
    }
  }

  private static Duration quietFor(TokenLoad load) {
    return Duration.ofNanos(System.nanoTime() - load.failedLast());
  }

  private void report(TokenLoad load, Duration away) {
    System.out.printf(
        "failover: away %d ms, %s unreachable, %s revocations (%.0f unreplicated), %s looks, %s over age%n",
        away.toMillis(),
        load.unreachable,
        load.revocations,
        unreplicated(),
        load.looks,
        load.overAge);
  }

  @Test
  void aRevocationThatNoReplicaConfirmsIsCounted() {
    List<RedisServer> replicas =
        TestRedis.sentinel().servers().stream()
            .filter(server -> server != TestRedis.sentinel().primary())
            .toList();
    try (TokenStore tokens = store(TestRedis.sentinel(), LONG)) {
      String token = tokens.issue(TokenGrant.download(HASH, null, null));
      tokens.revoke(token);
      assertThat(unreplicated()).isZero();
      replicas.forEach(RedisServer::suspend);
      tokens.revokeAll(HASH);
      assertThat(unreplicated()).isOne();
      assertThat(tokens.use(tokens.issue(TokenGrant.download(HASH, null, null)), DOWNLOAD))
          .as("only the revocation waited")
          .isPresent();
    } finally {
      replicas.forEach(RedisServer::resume);
    }
  }

  /** Negative control: the users do see what must not be. */
  @Test
  void theUsersSeeRevokedTokensThatWork() {
    try (TokenStore forgetful = new Forgetful(store(TestRedis.single(), LONG));
        TokenLoad load = new TokenLoad(forgetful, BRIEF, this::unreplicated, seed)) {
      Awaitility.await()
          .until(
              () ->
                  load.violations.contains("valid again")
                      && load.violations.stream().anyMatch(v -> v.startsWith("valid at the age")));
    }
  }

  /** Revokes nothing. */
  private record Forgetful(TokenStore store) implements TokenStore {
    @Override
    public String issue(TokenGrant grant) {
      return store.issue(grant);
    }

    @Override
    public Optional<TokenGrant> use(String token, TokenGrant.Action action) {
      return store.use(token, action);
    }

    @Override
    public boolean keepAlive(String token) {
      return store.keepAlive(token);
    }

    @Override
    public void revoke(String token) {}

    @Override
    public void revokeAll(ObjectHash hash) {}

    @Override
    public void close() {
      store.close();
    }
  }
}

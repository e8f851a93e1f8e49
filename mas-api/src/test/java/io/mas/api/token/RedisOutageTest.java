package io.mas.api.token;

import static io.mas.api.token.TokenGrant.Action.DOWNLOAD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import io.mas.common.object.ObjectHash;
import io.mas.dev.server.RedisServer;
import io.mas.dev.server.RedisServer.Persistence;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** One server that is away, hangs, refuses, or has lost everything. */
@ExtendWith(OutputCaptureExtension.class)
class RedisOutageTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  /** Less than the 500 ms that are waited for an answer of Redis. */
  private static final Duration AT_ONCE = Duration.ofMillis(400);

  /** So soon after Redis, tokens are there again. */
  private static final Duration BACK = Duration.ofSeconds(2);

  private static final ObjectHash HASH = new ObjectHash("cd".repeat(32));
  private static final TokenGrant GRANT = TokenGrant.download(HASH, null, null);
  private static final TokenProperties TOKENS =
      TestRedis.tokens(Duration.ofSeconds(120), Duration.ofSeconds(10), Duration.ofHours(24));

  private final RedisServer redis = TestRedis.single();
  private final TokenStore store = TestRedis.store(redis.uri(), TOKENS);

  @AfterEach
  void restore() {
    store.close();
    redis.resume();
    redis.start();
  }

  @Test
  void aFlushedServerHasNoTokensAndTakesNewOnes() {
    String token = store.issue(GRANT);
    redis.command("FLUSHALL");
    assertThat(store.use(token, DOWNLOAD)).isEmpty();
    assertThat(store.keepAlive(token)).isFalse();
    assertThat(store.use(store.issue(GRANT), DOWNLOAD)).isPresent();
  }

  @Test
  void aServerThatHangsIsToldWithinASecondAndUsedAgain() {
    String token = store.issue(GRANT);
    redis.suspend();
    for (Duration time : List.of(SECOND, SECOND, SECOND)) {
      requests(token).forEach(request -> assertUnreachable(request, time));
    }
    redis.resume();
    assertBack();
  }

  @Test
  void whileItIsKnownToHangNobodyWaits() {
    String token = store.issue(GRANT);
    redis.suspend();
    Awaitility.await()
        .atMost(Duration.ofSeconds(5))
        .until(() -> unreachable(() -> store.keepAlive(token)).compareTo(AT_ONCE) < 0);
    requests(token).forEach(request -> assertUnreachable(request, AT_ONCE));
  }

  @Test
  void aServerThatWasKilledIsUsedAgain() {
    String token = store.issue(GRANT);
    redis.kill();
    requests(token).forEach(request -> assertUnreachable(request, SECOND));
    redis.start();
    assertBack();
    assertThat(store.use(token, DOWNLOAD)).as("nothing was kept").isEmpty();
  }

  /** Each of the five. */
  private Stream<Runnable> requests(String token) {
    return Stream.of(
        () -> store.issue(GRANT),
        () -> store.use(token, DOWNLOAD),
        () -> store.keepAlive(token),
        () -> store.revoke(token),
        () -> store.revokeAll(HASH));
  }

  private static void assertUnreachable(Runnable request, Duration atMost) {
    assertThat(unreachable(request)).isLessThan(atMost);
  }

  /** How long a request took that could not be done. */
  private static Duration unreachable(Runnable request) {
    long start = System.nanoTime();
    assertThat(failure(request).code()).isEqualTo(ErrorCode.TOKEN_STORE_UNREACHABLE);
    return Duration.ofNanos(System.nanoTime() - start);
  }

  private static MasException failure(Runnable request) {
    return catchThrowableOfType(MasException.class, request::run);
  }

  private void assertBack() {
    Awaitility.await()
        .atMost(BACK)
        .ignoreException(MasException.class)
        .until(() -> store.use(store.issue(GRANT), DOWNLOAD).isPresent());
  }

  @Test
  void aStartWithoutRedisSaysSoAndGoesOn(CapturedOutput log) {
    var late = new RedisServer(TestRedis.directory(), Persistence.NONE, "requirepass pa55w0rd");
    String uri = late.uri().replace("redis://", "redis://default:pa55w0rd@");
    try (late;
        TokenStore tokens = TestRedis.store(uri, TOKENS)) {
      assertUnreachable(() -> tokens.issue(GRANT), AT_ONCE);
      assertThat(log.getAll()).containsOnlyOnce("Redis " + late.uri() + " cannot be used");
      late.start();
      Awaitility.await()
          .atMost(BACK)
          .until(() -> log.getAll().contains(late.uri() + " is connected"));
      assertThat(tokens.use(tokens.issue(GRANT), DOWNLOAD)).isPresent();
    }
    assertThat(log.getAll()).doesNotContain("pa55w0rd");
  }

  @Test
  void aServerThatRefusesThePasswordIsToldApart(CapturedOutput log) {
    try (var locked =
        new RedisServer(TestRedis.directory(), Persistence.NONE, "requirepass pa55w0rd")) {
      locked.start();
      for (String credentials : List.of("", ":wr0ng@", "nobody:pa55w0rd@")) {
        String uri = locked.uri().replace("redis://", "redis://" + credentials);
        try (TokenStore tokens = TestRedis.store(uri, TOKENS)) {
          MasException failure = failure(() -> tokens.issue(GRANT));
          assertThat(failure.code()).as(credentials).isEqualTo(ErrorCode.TOKEN_STORE_REFUSED);
          assertThat(failure).hasMessageNotContaining("127.0.0.1");
        }
      }
    }
    assertThat(log.getAll()).contains("answered 5102").doesNotContain("pa55w0rd", "wr0ng");
  }

  @Test
  void rightsThatAreTakenAwayAreToldToo() {
    String token = store.issue(GRANT);
    redis.command("ACL", "SETUSER", "default", "-evalsha");
    try {
      assertThat(failure(() -> store.use(token, DOWNLOAD)).code())
          .isEqualTo(ErrorCode.TOKEN_STORE_REFUSED);
    } finally {
      redis.command("ACL", "SETUSER", "default", "+evalsha");
    }
    assertThat(store.use(token, DOWNLOAD)).isPresent();
  }

  @Test
  void aReplicaIsNeverUsed() {
    try (var replica =
        new RedisServer(
            TestRedis.directory(), Persistence.NONE, "replicaof 127.0.0.1 " + redis.port())) {
      replica.start();
      try (TokenStore tokens = TestRedis.store(replica.uri(), TOKENS)) {
        assertThat(failure(() -> tokens.issue(GRANT)).code())
            .isEqualTo(ErrorCode.TOKEN_STORE_UNREACHABLE);
      }
    }
  }

  @Test
  void aPrimaryThatBecomesAReplicaIsNotReadFrom() {
    String token = store.issue(GRANT);
    redis.command("REPLICAOF", "127.0.0.1", "1");
    try {
      assertThat(failure(() -> store.use("A".repeat(11) + token.substring(11), DOWNLOAD)).code())
          .as("not even what is not there")
          .isEqualTo(ErrorCode.TOKEN_STORE_UNREACHABLE);
    } finally {
      redis.command("REPLICAOF", "NO", "ONE");
    }
    assertBack();
  }
}

package io.mas.api.token;

import static io.mas.api.token.TokenGrant.Action.DOWNLOAD;
import static io.mas.api.token.TokenGrant.Action.UPLOAD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import io.mas.common.object.ObjectHash;
import io.mas.dev.server.RedisServer;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is particular to tokens in Redis: time, round trips, keys, formats, memory. */
class RedisTokenStoreTest {
  private static final ObjectHash HASH = new ObjectHash("ab".repeat(32));
  private static final TokenGrant GRANT = TokenGrant.download(HASH, "name", null);
  private static final TokenProperties CONTRACT =
      TestRedis.tokens(Duration.ofSeconds(120), Duration.ofSeconds(10), Duration.ofHours(24));

  private final RedisServer redis = TestRedis.single();
  private TokenStore store = TestRedis.store(redis.uri(), CONTRACT);

  @BeforeEach
  void flush() {
    redis.command("FLUSHALL");
  }

  @AfterEach
  void close() {
    store.close();
  }

  private void open(TokenProperties tokens) {
    store.close();
    store = TestRedis.store(redis.uri(), tokens);
  }

  private boolean valid(String token) {
    return store.use(token, DOWNLOAD).isPresent();
  }

  // Time

  @Test
  void tokensEndByTheTimeOfRedis() {
    open(TestRedis.tokens(Duration.ofMillis(400), Duration.ofMillis(300), Duration.ofMillis(900)));
    String unused = store.issue(GRANT);
    long start = System.nanoTime();
    String used = store.issue(GRANT);
    Awaitility.await()
        .pollInterval(Duration.ofMillis(20))
        .atMost(Duration.ofSeconds(10))
        .until(() -> !valid(used));
    assertThat(Duration.ofNanos(System.nanoTime() - start))
        .as("the maximum age, however often it is used")
        .isBetween(Duration.ofMillis(890), Duration.ofSeconds(5));
    assertThat(valid(unused)).isFalse();
    assertThat(store.keepAlive(used)).isFalse();
  }

  @Test
  void redisForgetsWhatHasEnded() {
    open(TestRedis.tokens(Duration.ofMillis(200), Duration.ofMillis(100), Duration.ofSeconds(1)));
    for (int i = 0; i < 50; i++) {
      store.issue(GRANT);
    }
    assertThat(redis.command("DBSIZE")).isEqualTo("50");
    Awaitility.await().until(() -> redis.command("DBSIZE").equals("0"));
  }

  @Test
  void keysLastAsLongAsTheyAreOfUse() {
    String token = store.issue(GRANT);
    assertThat(secondsLeft("t:*")).isBetween(119L, 120L);
    assertThat(valid(token)).isTrue();
    assertThat(secondsLeft("t:*")).isBetween(129L, 130L);
    store.revokeAll(HASH);
    assertThat(secondsLeft("gen")).isBetween(25 * 3600 - 1L, 25 * 3600L);
  }

  private long secondsLeft(String name) {
    return Math.round(Long.parseLong(redis.command("PTTL", key(name))) / 1000.0);
  }

  private String key(String name) {
    String only = "return redis.call('KEYS', ARGV[1])[1]";
    return redis.command("EVAL", only, "0", "{%s}:%s".formatted(TokenText.tag(HASH), name));
  }

  @Test
  void aRevocationHoldsWhenTheClockOfRedisStepsBack() {
    String before = store.issue(GRANT);
    store.revokeAll(HASH);
    inAnHour("gen");
    String between = store.issue(GRANT);
    assertThat(valid(before)).isFalse();
    assertThat(valid(between)).isTrue();
    store.revokeAll(HASH);
    assertThat(valid(between)).isFalse();
    assertThat(valid(store.issue(GRANT))).isTrue();
  }

  /** As if the clock had been an hour ahead when a revocation was stored. */
  private void inAnHour(String name) {
    String key = key(name);
    long time = Long.parseLong(redis.command("GET", key));
    redis.command("SET", key, Long.toString(time + 3_600_000_000L));
  }

  // Round trips

  @Test
  void everyRequestIsOneCommand() {
    String token = store.issue(GRANT);
    assertThat(valid(token)).isTrue();
    assertThat(store.keepAlive(token)).isTrue();
    redis.command("CONFIG", "RESETSTAT");
    for (int i = 0; i < 5; i++) {
      String another = store.issue(GRANT);
      assertThat(valid(another)).isTrue();
      assertThat(store.use(another, UPLOAD)).isEmpty();
      assertThat(store.keepAlive(another)).isTrue();
      store.revoke(another);
      store.revokeAll(HASH);
    }
    Map<String, Integer> calls = calls();
    assertThat(calls).containsEntry("evalsha", 20).containsEntry("del", 5).containsEntry("eval", 5);
    calls.keySet().removeIf(command -> command.matches("evalsha|del|eval|role|config.*|info"));
    assertThat(calls.keySet())
        .as("within scripts")
        .containsExactlyInAnyOrder("time", "get", "set", "hset", "hmget", "pexpireat");
  }

  private Map<String, Integer> calls() {
    return redis
        .command("INFO", "commandstats")
        .lines()
        .filter(line -> line.startsWith("cmdstat_"))
        .map(line -> line.split("[_:=,]", -1))
        .collect(Collectors.toMap(words -> words[1], words -> Integer.parseInt(words[3])));
  }

  @Test
  void aServerThatHasForgottenTheScriptsIsToldThemAgain() {
    String token = store.issue(GRANT);
    redis.command("SCRIPT", "FLUSH");
    assertThat(valid(token)).isTrue();
    redis.command("SCRIPT", "FLUSH");
    assertThat(valid(store.issue(GRANT))).isTrue();
    redis.command("SCRIPT", "FLUSH");
    assertThat(store.keepAlive(token)).isTrue();
    redis.command("SCRIPT", "FLUSH");
    store.revokeAll(HASH);
    assertThat(valid(token)).isFalse();
  }

  // What is kept

  @Test
  void ofATokenOnlyItsDigestIsKept() {
    String token = store.issue(TokenGrant.upload(HASH, "session", OptionalLong.of(7)));
    String all = "return table.concat(redis.call('HGETALL', KEYS[1]), ' ')";
    String kept = redis.command("EVAL", all, "1", key("t:*"));
    assertThat(kept)
        .startsWith("v 1 gen 0 expires ")
        .endsWith(" action upload hash " + HASH + " session session max_size 7");
    assertThat(key("t:*") + kept).doesNotContain(token.substring(12));
  }

  @Test
  void aTokenOfAnUnknownFormatIsRefused() {
    String token = store.issue(GRANT);
    redis.command("HSET", key("t:*"), "v", "2");
    assertFails(ErrorCode.CONFIGURATION_UNREADABLE, () -> valid(token));
    assertFails(ErrorCode.CONFIGURATION_UNREADABLE, () -> store.keepAlive(token));
    store.revoke(token);
    assertThat(valid(token)).isFalse();
  }

  @Test
  void aFullServerIssuesNoTokensButLetsThemBeUsedAndRevoked() {
    String token = store.issue(GRANT);
    redis.command("CONFIG", "SET", "maxmemory", "1");
    try {
      assertFails(ErrorCode.TOKEN_STORE_UNREACHABLE, () -> store.issue(GRANT));
      assertThat(valid(token)).isTrue();
      assertThat(store.keepAlive(token)).isTrue();
      store.revokeAll(HASH);
      assertThat(valid(token)).isFalse();
    } finally {
      redis.command("CONFIG", "SET", "maxmemory", "0");
    }
    assertThat(valid(store.issue(GRANT))).isTrue();
  }

  private static void assertFails(ErrorCode code, Runnable request) {
    assertThatThrownBy(request::run)
        .isInstanceOfSatisfying(MasException.class, e -> assertThat(e.code()).isEqualTo(code));
  }
}

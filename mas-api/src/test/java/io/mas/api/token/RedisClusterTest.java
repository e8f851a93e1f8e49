package io.mas.api.token;

import static io.mas.api.token.TokenGrant.Action.DOWNLOAD;
import static org.assertj.core.api.Assertions.assertThat;

import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import io.mas.common.object.ObjectHash;
import io.mas.dev.server.RedisCluster;
import io.mas.dev.server.RedisServer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A slot of a cluster is moved to another primary. */
class RedisClusterTest {
  private static final ObjectHash HASH = new ObjectHash("12".repeat(32));
  private static final TokenGrant GRANT = TokenGrant.download(HASH, null, null);
  private static final String TAG = "{%s}".formatted(TokenText.tag(HASH));

  private final RedisCluster cluster = TestRedis.cluster();
  private final RedisServer from = cluster.primary(TAG);
  private final RedisServer to =
      cluster.servers().stream()
          .filter(server -> server != from && server.command("ROLE").equals("3"))
          .findFirst()
          .orElseThrow();
  private final String slot = from.command("CLUSTER", "KEYSLOT", TAG);
  private final TokenStore store =
      TestRedis.store(
          cluster.uri(),
          TestRedis.tokens(Duration.ofMinutes(2), Duration.ofSeconds(10), Duration.ofHours(24)));

  @AfterEach
  void close() {
    for (RedisServer server : List.of(from, to)) {
      server.command("CLUSTER", "SETSLOT", slot, "STABLE");
    }
    store.close();
  }

  @Test
  void tokensMoveWithTheirSlot() {
    String token = store.issue(GRANT);
    String revoked = store.issue(GRANT);
    store.revoke(revoked);
    List<String> keys = keys();
    setSlot(to, "IMPORTING", id(from));
    setSlot(from, "MIGRATING", id(to));
    assertValidOrUnreachable(token);
    move(keys);
    assertValidOrUnreachable(token);
    for (RedisServer server : List.of(to, from)) {
      setSlot(server, "NODE", id(to));
    }
    assertThat(store.use(token, DOWNLOAD)).as("redirected").contains(GRANT);
    assertThat(store.keepAlive(token)).isTrue();
    assertThat(store.use(revoked, DOWNLOAD)).isEmpty();
  }

  @Test
  void aRevocationFindsTokensThatHaveMoved() {
    String one = store.issue(GRANT);
    String two = store.issue(GRANT);
    String other = store.issue(GRANT);
    List<String> keys = keys();
    setSlot(to, "IMPORTING", id(from));
    setSlot(from, "MIGRATING", id(to));
    move(keys);
    for (RedisServer server : List.of(to, from)) {
      setSlot(server, "NODE", id(to));
    }
    store.revoke(one);
    assertThat(store.use(one, DOWNLOAD)).isEmpty();
    assertThat(store.use(two, DOWNLOAD)).isPresent();
    store.revokeAll(HASH);
    assertThat(store.use(other, DOWNLOAD)).isEmpty();
  }

  /** Between two servers, a script that needs two keys may be told to try again. */
  private void assertValidOrUnreachable(String token) {
    try {
      Optional<TokenGrant> grant = store.use(token, DOWNLOAD);
      assertThat(grant).contains(GRANT);
    } catch (MasException e) {
      assertThat(e.code()).isEqualTo(ErrorCode.TOKEN_STORE_UNREACHABLE);
    }
  }

  private static String id(RedisServer server) {
    return server.command("CLUSTER", "MYID");
  }

  private void setSlot(RedisServer server, String state, String node) {
    assertThat(server.command("CLUSTER", "SETSLOT", slot, state, node)).isEqualTo("OK");
  }

  private List<String> keys() {
    String keys = "return table.concat(redis.call('KEYS', KEYS[1] .. ':*'), ' ')";
    return List.of(from.command("EVAL", keys, "1", TAG).split(" ", -1));
  }

  private void move(List<String> keys) {
    String port = Integer.toString(to.port());
    for (String key : keys) {
      assertThat(from.command("MIGRATE", "127.0.0.1", port, key, "0", "1000")).isEqualTo("OK");
    }
  }
}

package io.mas.api.token;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.mas.common.object.ObjectHash;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tokens of all gateways, in Redis 7 or Valkey: one server, sentinels, or a cluster. Every
 * operation is one script (or one DEL) and one round trip; what it does is told at {@link
 * TokenScript}. Redis forgets a token by itself when it has expired.
 *
 * <p>Redis replicates after it has answered, so a failover may lose the last operations. A lost
 * issue or use only makes a client fetch another token. A lost revocation would be a hole, so a
 * revocation waits until a replica has it, if there is one.
 */
public final class RedisTokenStore implements TokenStore {
  private static final Logger LOG = LoggerFactory.getLogger(RedisTokenStore.class);

  /** A replica that is in step has it within a millisecond. */
  private static final Duration REPLICATION = Duration.ofMillis(100);

  /** A revocation outlives every token that it is about by this, for clocks that differ. */
  private static final Duration REVOCATION_MARGIN = Duration.ofHours(1);

  private final TokenProperties tokens;
  private final Duration timeout;
  private final RedisLink link;
  private final RandomGenerator random;
  private final Counter unreplicated;

  /**
   * A store on a link, which is closed with it.
   *
   * @param random must not be guessed: a SecureRandom where it matters
   */
  RedisTokenStore(
      TokenProperties tokens,
      RedisProperties redis,
      RedisLink link,
      RandomGenerator random,
      MeterRegistry meters) {
    this.tokens = tokens;
    this.timeout = redis.timeout();
    this.link = link;
    this.random = random;
    this.unreplicated =
        Counter.builder("mas.token.revocations.unreplicated")
            .description("revocations that no replica had confirmed when they were answered")
            .register(meters);
  }

  @Override
  public String issue(TokenGrant grant) {
    String text = TokenText.create(grant.hash(), random);
    List<String> values = new ArrayList<>();
    values.add(micros(tokens.firstUse()));
    values.add(micros(tokens.maxAge()));
    values.addAll(fields(grant));
    run(TokenScript.ISSUE, TokenText.key(text).orElseThrow(), values);
    return text;
  }

  private static List<String> fields(TokenGrant grant) {
    List<String> fields = new ArrayList<>();
    fields.addAll(List.of("action", name(grant.action()), "hash", grant.hash().hex()));
    fields.addAll(List.of("session", grant.session()));
    grant.maxSize().ifPresent(size -> fields.addAll(List.of("max_size", Long.toString(size))));
    if (grant.name() != null) {
      fields.addAll(List.of("name", grant.name()));
    }
    if (grant.disposition() != null) {
      fields.addAll(List.of("disposition", grant.disposition()));
    }
    return fields;
  }

  private static TokenGrant grant(TokenGrant.Action action, List<@Nullable String> fields) {
    String hash = fields.get(0);
    String session = fields.get(1);
    if (hash == null || session == null) {
      throw new IllegalStateException("a token has no hash or session, expected both");
    }
    String maxSize = fields.get(2);
    return new TokenGrant(
        new ObjectHash(hash),
        action,
        session,
        maxSize == null ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(maxSize)),
        fields.get(3),
        fields.get(4));
  }

  private static String name(TokenGrant.Action action) {
    return action.name().toLowerCase(Locale.ROOT);
  }

  private static String micros(Duration time) {
    return Long.toString(TimeUnit.NANOSECONDS.toMicros(time.toNanos()));
  }

  @Override
  public Optional<TokenGrant> use(String token, TokenGrant.Action action) {
    return TokenText.key(token)
        .map(key -> run(TokenScript.USE, key, List.of(micros(tokens.perUse()), name(action))))
        .filter(fields -> !fields.isEmpty())
        .map(fields -> grant(action, fields));
  }

  @Override
  public boolean keepAlive(String token) {
    return TokenText.key(token)
        .map(key -> run(TokenScript.KEEP_ALIVE, key, List.of(micros(tokens.perUse()))))
        .filter(valid -> !valid.isEmpty())
        .isPresent();
  }

  private List<@Nullable String> run(TokenScript script, TokenText.Key key, List<String> values) {
    String[] keys = {tokenKey(key), generationKey(key.tag())};
    return answered(
        () -> {
          var call = new RedisCall(timeout);
          RedisClusterAsyncCommands<String, String> commands = link.connections().commands();
          String[] arguments = values.toArray(String[]::new);
          try {
            return call.await(
                commands.evalsha(script.digest(), ScriptOutputType.MULTI, keys, arguments));
          } catch (RedisNoScriptException _) {
            return call.await(
                commands.eval(script.source(), ScriptOutputType.MULTI, keys, arguments));
          }
        });
  }

  private static <T> T answered(Supplier<T> request) {
    try {
      return request.get();
    } catch (RedisException e) {
      throw RedisCall.failure(e);
    }
  }

  private static String tokenKey(TokenText.Key key) {
    return "{%s}:t:%s".formatted(key.tag(), key.digest());
  }

  private static String generationKey(String tag) {
    return "{%s}:gen".formatted(tag);
  }

  @Override
  public void revoke(String token) {
    TokenText.key(token)
        .map(RedisTokenStore::tokenKey)
        .ifPresent(key -> revoke(key, commands -> commands.del(key)));
  }

  @Override
  public void revokeAll(ObjectHash hash) {
    String key = generationKey(TokenText.tag(hash));
    String[] keys = {key, key};
    String kept = Long.toString(tokens.maxAge().plus(REVOCATION_MARGIN).toMillis());
    revoke(
        key,
        commands ->
            commands.eval(TokenScript.REVOKE_ALL.source(), ScriptOutputType.MULTI, keys, kept));
  }

  private interface Revocation
      extends Function<RedisClusterAsyncCommands<String, String>, RedisFuture<?>> {}

  private void revoke(String key, Revocation revocation) {
    if (!answered(() -> replicated(key, revocation))) {
      unreplicated.increment();
      LOG.warn("no replica of Redis has confirmed a revocation: a failover now would undo it");
    }
  }

  /** Revokes; false if there are replicas and none is known to have it. */
  private boolean replicated(String key, Revocation revocation) {
    RedisConnections connections = link.connections();
    var call = new RedisCall(timeout);
    var connection = connections.replicated(key);
    if (connection == null) {
      call.await(revocation.apply(connections.commands()));
      return true;
    }
    RedisClusterAsyncCommands<String, String> commands = call.await(connection);
    // Both go out at once, and Redis does the second after the first.
    RedisFuture<?> revoked = revocation.apply(commands);
    RedisFuture<Long> replicas = commands.waitForReplication(1, REPLICATION.toMillis());
    try {
      call.await(revoked);
    } catch (RedisCommandExecutionException e) {
      if (!RedisCall.moved(e)) {
        throw e;
      }
      call.await(revocation.apply(connections.commands()));
      return false;
    }
    return call.await(replicas) > 0;
  }

  @Override
  public void close() {
    link.close();
  }
}

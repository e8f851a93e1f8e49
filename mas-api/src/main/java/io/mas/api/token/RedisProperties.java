package io.mas.api.token;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Where tokens are kept, {@code mas.redis}.
 *
 * @param uri one of these; {@code rediss} in place of {@code redis} is TLS, and a port or database
 *     that is not given is the usual one. Special characters of the password are percent-encoded.
 *     <ul>
 *       <li>{@code redis://[user:password@]host:6379/0}: one server
 *       <li>{@code redis-sentinel://[user:password@]host:26379,host,host/0#primary}: the primary of
 *           that name, as its sentinels say; user and password are those of the servers
 *       <li>{@code redis-cluster://[user:password@]host:6379,host,host}: Redis Cluster; the others
 *           of its servers are found through these
 *     </ul>
 *
 * @param sslBundle for TLS: the bundle of {@code spring.ssl.bundle} with the certificates to trust
 *     and, if servers ask for one, the own; null for what the JVM trusts
 * @param timeout how long a request waits for an answer at most, more than 0 and less than 1 s:
 *     then it is told 503 / 5101
 */
@ConfigurationProperties("mas.redis")
public record RedisProperties(
    String uri, @Nullable String sslBundle, @DefaultValue("500ms") Duration timeout) {
  /** What a client waits at most for being told that Redis is away (contract of the cluster). */
  private static final Duration MAX_TIMEOUT = Duration.ofSeconds(1);

  public RedisProperties {
    RedisAddress.parse(uri);
    if (!timeout.isPositive() || timeout.compareTo(MAX_TIMEOUT) >= 0) {
      throw new IllegalArgumentException(
          "mas.redis.timeout is %s, expected more than 0 and less than %s"
              .formatted(timeout, MAX_TIMEOUT));
    }
  }

  RedisAddress address() {
    return RedisAddress.parse(uri);
  }

  /** Without user and password. */
  @Override
  public String toString() {
    return "RedisProperties[uri=%s, sslBundle=%s, timeout=%s]"
        .formatted(address(), sslBundle, timeout);
  }
}

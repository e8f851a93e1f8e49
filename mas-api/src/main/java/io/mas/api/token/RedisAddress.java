package io.mas.api.token;

import io.lettuce.core.RedisURI;
import io.lettuce.core.cluster.RedisClusterURIUtil;
import java.net.URI;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What {@code mas.redis.uri} says.
 *
 * @param cluster whether it is a Redis Cluster, which is then found through any of {@code servers}
 * @param servers one, unless it is a cluster
 * @param text for people: without user and password
 */
record RedisAddress(boolean cluster, List<RedisURI> servers, String text) {
  private static final Pattern CLUSTER = Pattern.compile("^(rediss?)-cluster:");

  /** Up to the last @, since a password may have one; what follows ? may be one, too. */
  private static final Pattern CREDENTIALS = Pattern.compile("//.*@|\\?.*");

  /**
   * Reads a URI.
   *
   * @throws IllegalArgumentException without a cause, which would repeat the password
   */
  static RedisAddress parse(@Nullable String uri) {
    String text = CREDENTIALS.matcher(uri == null ? "" : uri).replaceAll("//");
    try {
      return parse(String.valueOf(uri), text);
    } catch (RuntimeException _) {
      throw new IllegalArgumentException(
          "mas.redis.uri is '%s', expected one such as redis://host:6379, redis-sentinel://host,host,host#primary or redis-cluster://host:6379,host:6379"
              .formatted(text));
    }
  }

  private static RedisAddress parse(String uri, String text) {
    if (CLUSTER.matcher(uri).find()) {
      String standalone = CLUSTER.matcher(uri).replaceFirst("$1:");
      return new RedisAddress(true, RedisClusterURIUtil.toRedisURIs(URI.create(standalone)), text);
    }
    return new RedisAddress(false, List.of(RedisURI.create(uri)), text);
  }

  @Override
  public String toString() {
    return text;
  }
}

package io.mas.api.token;

import io.lettuce.core.SslOptions;
import io.lettuce.core.resource.ClientResources;
import io.mas.dev.server.RedisCluster;
import io.mas.dev.server.RedisSentinel;
import io.mas.dev.server.RedisServer;
import io.mas.dev.server.RedisServer.Persistence;
import io.mas.dev.server.Server;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;

/**
 * Real servers, each kind started when it is first asked for and shared by all tests of the JVM.
 */
final class TestRedis {
  static final Duration TIMEOUT = Duration.ofMillis(500);

  private TestRedis() {}

  private static final class Single {
    static final RedisServer SERVER = started(new RedisServer(directory(), Persistence.NONE));
  }

  private static final class Sentinel {
    static final RedisSentinel SERVERS = started(new RedisSentinel(directory(), Persistence.NONE));
  }

  private static final class Cluster {
    static final RedisCluster SERVERS = started(new RedisCluster(directory(), Persistence.NONE));
  }

  private static <S extends Server> S started(S server) {
    server.start();
    return server;
  }

  static Path directory() {
    try {
      return Files.createTempDirectory(Files.createDirectories(Path.of("target", "redis")), "");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static RedisServer single() {
    return Single.SERVER;
  }

  static RedisSentinel sentinel() {
    return Sentinel.SERVERS;
  }

  static RedisCluster cluster() {
    return Cluster.SERVERS;
  }

  static RedisTokenStore store(String uri, TokenProperties tokens) {
    return store(uri, tokens, new SimpleMeterRegistry());
  }

  static RedisTokenStore store(String uri, TokenProperties tokens, MeterRegistry meters) {
    var redis = new RedisProperties(uri, null, TIMEOUT);
    return store(redis, tokens, SslOptions.create(), meters);
  }

  static RedisTokenStore store(
      RedisProperties redis, TokenProperties tokens, SslOptions ssl, MeterRegistry meters) {
    RedisLink link = new RedisLink(redis, ssl, ClientResources.builder());
    return new RedisTokenStore(tokens, redis, link, new SecureRandom(), meters);
  }

  /** Settings of which only these matter. */
  static TokenProperties tokens(Duration firstUse, Duration perUse, Duration maxAge) {
    return new TokenProperties(firstUse, perUse, maxAge, 1);
  }
}

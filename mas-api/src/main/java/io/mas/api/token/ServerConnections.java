package io.mas.api.token;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.resource.ClientResources;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** To one server, or to the primary that sentinels name. */
final class ServerConnections implements RedisConnections {
  private final RedisClient client;
  private final StatefulRedisConnection<String, String> uses;
  private final StatefulRedisConnection<String, String> revocations;
  private volatile int replicas;

  private ServerConnections(RedisClient client) {
    this.client = client;
    this.uses = client.connect();
    this.revocations = client.connect();
  }

  /**
   * Connects.
   *
   * @throws RedisException if that cannot be
   */
  static ServerConnections open(ClientResources resources, ClientOptions options, RedisURI uri) {
    RedisClient client = RedisClient.create(resources, uri);
    client.setOptions(options);
    try {
      return new ServerConnections(client);
    } catch (RuntimeException e) {
      client.shutdown(0, 0, TimeUnit.MILLISECONDS);
      throw e;
    }
  }

  @Override
  public RedisAsyncCommands<String, String> commands() {
    return uses.async();
  }

  @Override
  public @Nullable CompletionStage<RedisAsyncCommands<String, String>> replicated(String key) {
    return replicas == 0 ? null : CompletableFuture.completedFuture(revocations.async());
  }

  @Override
  public boolean lost() {
    return !uses.isOpen() || !revocations.isOpen();
  }

  /** After a failover, either may still be with the former primary. */
  @Override
  public CompletionStage<?> check() {
    return uses.async()
        .role()
        .thenAccept(role -> replicas = replicas(role))
        .thenCombine(revocations.async().role(), (_, role) -> replicas(role));
  }

  /** The answer is master, offset, replicas; or another word. */
  private static int replicas(List<Object> role) {
    if (role.size() == 3
        && role.get(0).equals("master")
        && role.get(2) instanceof Collection<?> c) {
      return c.size();
    }
    throw new RedisException("the server is " + role.getFirst() + ", expected master");
  }

  @Override
  public CompletionStage<Void> close() {
    return client.shutdownAsync(0, 0, TimeUnit.MILLISECONDS);
  }
}

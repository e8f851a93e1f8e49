package io.mas.api.token;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.cluster.models.partitions.Partitions;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode.NodeFlag;
import io.lettuce.core.resource.ClientResources;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * To the primaries of a Redis Cluster. Lettuce follows keys to other servers, connects again to
 * single ones, and learns who took the place of whom.
 */
final class ClusterConnections implements RedisConnections {
  /** Finds what no failed command has told, such as a server that has vanished from the network. */
  private static final Duration REFRESH = Duration.ofSeconds(5);

  /** Between two looks at the cluster that failing commands provoke. */
  private static final Duration LEAST_REFRESH = Duration.ofMillis(500);

  private final RedisClusterClient client;
  private final StatefulRedisClusterConnection<String, String> connection;

  private ClusterConnections(RedisClusterClient client) {
    this.client = client;
    this.connection = client.connect();
  }

  /**
   * Connects.
   *
   * @param options for every single connection
   * @throws RedisException if that cannot be
   */
  static ClusterConnections open(
      ClientResources resources, ClientOptions options, List<RedisURI> uris) {
    RedisClusterClient client = RedisClusterClient.create(resources, uris);
    client.setOptions(clusterOptions(options));
    try {
      return new ClusterConnections(client);
    } catch (RuntimeException e) {
      client.shutdown(0, 0, TimeUnit.MILLISECONDS);
      throw e;
    }
  }

  private static ClusterClientOptions clusterOptions(ClientOptions options) {
    return ClusterClientOptions.builder(options)
        .autoReconnect(true)
        .validateClusterNodeMembership(false)
        .topologyRefreshOptions(
            ClusterTopologyRefreshOptions.builder()
                .enablePeriodicRefresh(REFRESH)
                .adaptiveRefreshTriggersTimeout(LEAST_REFRESH)
                .refreshTriggersReconnectAttempts(1)
                .build())
        .build();
  }

  @Override
  public RedisClusterAsyncCommands<String, String> commands() {
    return connection.async();
  }

  @Override
  public @Nullable CompletionStage<RedisAsyncCommands<String, String>> replicated(String key) {
    Partitions nodes = connection.getPartitions();
    RedisClusterNode primary = nodes.getPartitionBySlot(SlotHash.getSlot(key));
    if (primary == null || nodes.stream().noneMatch(node -> follows(node, primary))) {
      return null;
    }
    return connection
        .getConnectionAsync(primary.getNodeId())
        .thenApply(StatefulRedisConnection::async);
  }

  private static boolean follows(RedisClusterNode node, RedisClusterNode primary) {
    return primary.getNodeId().equals(node.getSlaveOf())
        && !node.is(NodeFlag.FAIL)
        && !node.is(NodeFlag.EVENTUAL_FAIL);
  }

  @Override
  public boolean lost() {
    return false;
  }

  @Override
  public CompletionStage<?> check() {
    return connection.async().ping();
  }

  @Override
  public CompletionStage<Void> close() {
    return client.shutdownAsync(0, 0, TimeUnit.MILLISECONDS);
  }
}

package io.mas.standalone;

import io.mas.api.metadata.MetadataStore;
import io.mas.api.metadata.RocksMetadataStore;
import io.mas.api.metadata.UnusableDirectoryException;
import io.mas.api.token.InMemoryTokenStore;
import io.mas.api.token.TokenProperties;
import io.mas.common.cluster.InProcessDiscovery;
import io.mas.common.cluster.NodeDiscovery;
import io.mas.dev.options.DataDirectory;
import io.mas.dev.options.Middleware;
import io.mas.dev.options.StartProblem;
import io.mas.rabbitmq.RabbitDiscovery;
import io.mas.rabbitmq.RabbitProperties;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the store stands on: the running servers that were named, and in place of each that was not,
 * its embedded form.
 */
final class Seams implements AutoCloseable {
  private final Map<String, Object> settings = new HashMap<>();
  private final Map<String, Object> beans = new HashMap<>();
  private final List<Runnable> closing = new ArrayList<>();
  private final String clusterId;
  private final NodeDiscovery discovery;

  /**
   * @throws StartProblem if the embedded metadata cannot be opened
   * @throws io.mas.rabbitmq.RabbitUriException if the URI names no RabbitMQ
   */
  Seams(Middleware servers, DataDirectory data) {
    this.clusterId = metadata(servers.mongodb(), data);
    tokens(servers.redis());
    this.discovery = discovery(servers.rabbitmq());
  }

  private String metadata(String uri, DataDirectory data) {
    if (uri.isEmpty()) {
      MetadataStore metadata = open(data.path().resolve("metadata"));
      closing.add(metadata::close);
      beans.put("metadataStore", metadata);
      return metadata.clusterId();
    }
    settings.put("mas.mongodb.uri", uri);
    settings.put("mas.cluster-id", data.clusterId());
    return data.clusterId();
  }

  private static MetadataStore open(Path directory) {
    try {
      return RocksMetadataStore.open(directory);
    } catch (UnusableDirectoryException e) {
      throw new StartProblem(
          String.valueOf(e.getMessage()), "--data says which data directory is used.", e);
    }
  }

  private void tokens(String uri) {
    if (uri.isEmpty()) {
      InMemoryTokenStore tokens =
          new InMemoryTokenStore(
              new TokenProperties(
                  Duration.ofSeconds(120), Duration.ofSeconds(10), Duration.ofHours(24), 200_000),
              InMemoryTokenStore.steadyClock(),
              new SecureRandom());
      closing.add(tokens::close);
      beans.put("tokenStore", tokens);
    } else {
      settings.put("mas.redis.uri", uri);
    }
  }

  /** The gateway makes its own, whose health it tells; the nodes of this process share one. */
  private NodeDiscovery discovery(String uri) {
    if (uri.isEmpty()) {
      NodeDiscovery inProcess = new InProcessDiscovery();
      beans.put("nodeDiscovery", inProcess);
      return inProcess;
    }
    settings.put("mas.rabbitmq.uri", uri);
    RabbitDiscovery rabbitmq = new RabbitDiscovery(RabbitProperties.at(uri));
    closing.add(rabbitmq::close);
    return rabbitmq;
  }

  /** The cluster that the nodes belong to. */
  String clusterId() {
    return clusterId;
  }

  /** How the nodes announce themselves. */
  NodeDiscovery discovery() {
    return discovery;
  }

  /** What the gateway is told of the servers. */
  Map<String, Object> settings() {
    return settings;
  }

  /** What the gateway is given in place of servers, by the names of its beans. */
  Map<String, Object> beans() {
    return beans;
  }

  /** To be closed after the gateway and the nodes. */
  @Override
  public void close() {
    closing.forEach(Runnable::run);
  }
}

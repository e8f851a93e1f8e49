package io.mas.standalone;

import io.mas.api.Gateway;
import io.mas.common.protocol.InternalKeys;
import io.mas.common.thread.Carriers;
import io.mas.dev.cluster.Endpoint;
import io.mas.dev.cluster.Together;
import io.mas.dev.options.Address;
import io.mas.dev.options.ClusterOptions;
import io.mas.dev.options.Command;
import io.mas.dev.options.DataDirectory;
import io.mas.dev.options.Middleware;
import io.mas.dev.options.StartProblem;
import io.mas.dev.options.SystemTokenSettings;
import io.mas.dev.server.Waiting;
import io.mas.node.StorageNodeProperties;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.net.URI;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A gateway and its storage nodes in this process: what {@code ./mas up} runs, and what the tests
 * of the whole store take apart. Thread-safe.
 */
public final class Cluster implements AutoCloseable {
  /** Requests under way at a stop get so long; a stop as a whole is to take less than 5 s. */
  private static final String GRACE = "2s";

  private final ClusterOptions options;
  private final DataDirectory data;
  private final Seams seams;

  /** Nobody else speaks to these nodes, so a key of this start does. */
  private final InternalKeys keys = InternalKeys.random(new SecureRandom());

  private final CompositeMeterRegistry nodeMeters = new CompositeMeterRegistry();
  private final List<ClusterNode> nodes;
  private @Nullable Gateway gateway;
  private int port;
  private int managementPort;

  private Cluster(ClusterOptions options, DataDirectory data, Seams seams) {
    this.options = options;
    this.data = data;
    this.seams = seams;
    this.port = options.port();
    this.managementPort = options.managementPort();
    this.nodes = IntStream.rangeClosed(1, options.nodes()).mapToObj(this::newNode).toList();
  }

  /**
   * Starts everything; when this returns, requests are answered.
   *
   * @throws StartProblem if that cannot be, with what to do about it
   */
  public static Cluster start(ClusterOptions options) {
    Carriers.watch();
    new Address(options.bind(), options.port()).requireFree("--port");
    new Address(options.bind(), options.managementPort()).requireFree("--management-port");
    Cluster cluster = on(options, DataDirectory.open(Command.UP, options));
    try {
      cluster.startAll();
      return cluster;
    } catch (RuntimeException e) {
      cluster.close();
      throw e;
    }
  }

  private static Cluster on(ClusterOptions options, DataDirectory data) {
    try {
      return new Cluster(options, data, new Seams(options.middleware(), data));
    } catch (RuntimeException e) {
      data.close();
      throw e;
    }
  }

  private ClusterNode newNode(int number) {
    String name = DataDirectory.nodeName(number);
    return new ClusterNode(
        StorageNodeProperties.embedded(data.path().resolve(name), seams.clusterId(), name),
        keys,
        seams.discovery(),
        nodeMeters);
  }

  /**
   * The gateway takes the longest, so it starts beside the nodes. It waits for running servers that
   * do not answer yet, and its log says so, which goes to the terminal too.
   */
  private void startAll() {
    Together.run(List.of(this::startGateway, () -> nodes.forEach(ClusterNode::start)));
    if (!options.middleware().equals(Middleware.NONE)) {
      awaitHealth();
    }
  }

  /** Redis and RabbitMQ may come later than the gateway that looks for them. */
  private void awaitHealth() {
    URI health = management().resolve("/health");
    while (!Endpoint.answers(health)) {
      Waiting.pause();
    }
  }

  private synchronized void startGateway() {
    Map<String, Object> properties = new HashMap<>(options.settings());
    properties.putAll(seams.settings());
    properties.put("server.address", options.bind());
    properties.put("server.port", port);
    properties.put("management.server.address", options.bind());
    properties.put("management.server.port", managementPort);
    properties.putAll(SystemTokenSettings.of(data.systemToken()));
    properties.put("mas.object.erasure", options.erasure());
    properties.put("mas.placement.min-node-failures", options.minNodeFailures());
    properties.put("spring.lifecycle.timeout-per-shutdown-phase", GRACE);
    Map<String, Object> beans = new HashMap<>(seams.beans());
    beans.put("internalKeys", keys);
    Gateway started = Gateway.start(properties, beans);
    nodeMeters.add(started.meters());
    gateway = started;
    port = started.port();
    managementPort = started.managementPort();
  }

  private synchronized void stopGateway() {
    if (gateway != null) {
      nodeMeters.remove(gateway.meters());
      gateway.close();
      gateway = null;
    }
  }

  /** Stops the gateway and starts another on the same data and ports. */
  public void restartGateway() {
    stopGateway();
    startGateway();
  }

  /** Base URI of the API. */
  public synchronized URI api() {
    return new Address(options.bind(), port).uri();
  }

  /** Base URI of health and metrics. */
  public synchronized URI management() {
    return new Address(options.bind(), managementPort).uri();
  }

  /** The secret of the business backend. */
  public String systemToken() {
    return data.systemToken();
  }

  /** The storage nodes, node 1 first. */
  public List<ClusterNode> nodes() {
    return nodes;
  }

  /** A storage node, from 1. */
  public ClusterNode node(int number) {
    return nodes.get(number - 1);
  }

  /** Stops the gateway, then the nodes, and closes the data directory. */
  @Override
  public void close() {
    stopGateway();
    try (ExecutorService stoppers = Executors.newFixedThreadPool(nodes.size())) {
      nodes.forEach(node -> stoppers.execute(node::stop));
    }
    seams.close();
    nodeMeters.close();
    data.close();
  }
}

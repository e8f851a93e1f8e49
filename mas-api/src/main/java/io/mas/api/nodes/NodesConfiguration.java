package io.mas.api.nodes;

import io.mas.api.metadata.MetadataStore;
import io.mas.common.cluster.NodeDiscovery;
import io.mas.common.protocol.InternalKeys;
import io.micrometer.core.instrument.MeterRegistry;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.HexFormat;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Wires the room. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({
  InternalProperties.class,
  NodesProperties.class,
  PlacementProperties.class,
  VerdictProperties.class
})
public class NodesConfiguration {
  /** A process is told apart by so many random bytes. */
  private static final int PROCESS_ID_BYTES = 8;

  /** Repeated often enough that a process that pauses for a while is not taken for ended. */
  private static final int BEATS_PER_TIMEOUT = 6;

  /** There is no default that works: a gateway without keys does not start. */
  @Bean
  @ConditionalOnMissingBean
  InternalKeys internalKeys(InternalProperties settings) {
    try {
      return InternalKeys.parse(settings.keys());
    } catch (IllegalArgumentException e) {
      throw new UnusableKeysException(e);
    }
  }

  @Bean
  ShardClient shardClient(
      NodesProperties properties,
      InternalKeys keys,
      SslBundles bundles,
      MetadataStore metadata,
      MeterRegistry meters) {
    return new MeteredShardClient(
        new HttpShardClient(
            properties,
            metadata.clusterId(),
            new RequestSigner(keys, InstantSource.system()),
            BundledTls.of(bundles, properties.sslBundle())),
        meters);
  }

  @Bean
  Probes probes(VerdictProperties properties) {
    return new Probes(properties.steady(), VerdictRule.ALL, System::nanoTime);
  }

  @Bean
  NodeView nodeView(
      MetadataStore metadata,
      ShardClient client,
      NodesProperties properties,
      Probes probes,
      NodeDiscovery discovery) {
    NodeLives lives = new NodeLives(metadata, IdentityRule.ALL);
    NodeView view = new NodeView(lives, client, properties, InstantSource.system(), probes);
    view.start(discovery);
    return view;
  }

  @Bean
  ProcessHeartbeat processHeartbeat(MetadataStore metadata, VerdictProperties properties) {
    byte[] id = new byte[PROCESS_ID_BYTES];
    new SecureRandom().nextBytes(id);
    ProcessHeartbeat heartbeat =
        new ProcessHeartbeat(
            HexFormat.of().formatHex(id),
            metadata,
            InstantSource.system(),
            properties.observerTimeout().dividedBy(BEATS_PER_TIMEOUT));
    heartbeat.start();
    return heartbeat;
  }

  @Bean
  NodeObserver nodeObserver(
      ProcessHeartbeat heartbeat,
      NodeView view,
      MetadataStore metadata,
      VerdictProperties properties) {
    NodeObserver observer =
        new NodeObserver(heartbeat, view, metadata, properties, Clocks.system());
    observer.start();
    return observer;
  }

  @Bean
  Placement placement(NodeView view, PlacementProperties properties) {
    return new Placement(view, properties, new SecureRandom());
  }

  @Bean
  Nodes nodes(NodeView view, Placement placement, ShardClient client) {
    return new Nodes(view, placement, client);
  }
}

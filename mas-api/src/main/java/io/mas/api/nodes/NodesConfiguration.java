package io.mas.api.nodes;

import io.mas.api.metadata.MetadataStore;
import io.mas.common.cluster.NodeDiscovery;
import io.micrometer.core.instrument.MeterRegistry;
import java.security.SecureRandom;
import java.time.InstantSource;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Wires the room. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({NodesProperties.class, PlacementProperties.class})
public class NodesConfiguration {

  @Bean
  ShardClient shardClient(
      NodesProperties properties, MetadataStore metadata, MeterRegistry meters) {
    return new MeteredShardClient(new HttpShardClient(properties, metadata.clusterId()), meters);
  }

  @Bean
  NodeView nodeView(
      MetadataStore metadata,
      ShardClient client,
      NodesProperties properties,
      NodeDiscovery discovery) {
    NodeView view = new NodeView(metadata, client, properties, InstantSource.system());
    view.start(discovery);
    return view;
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

package io.mas.api.object;

import io.mas.api.block.Blocks;
import io.mas.api.metadata.MetadataStore;
import io.mas.api.nodes.Nodes;
import io.mas.common.cluster.NodeDiscovery;
import io.mas.common.object.Layout;
import io.micrometer.core.instrument.MeterRegistry;
import java.security.SecureRandom;
import java.time.InstantSource;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Wires the room. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(ObjectProperties.class)
public class ObjectConfiguration {

  @Bean
  ObjectRoom.Outside outside(
      MetadataStore metadata,
      Nodes nodes,
      Blocks blocks,
      NodeDiscovery discovery,
      MeterRegistry meters) {
    return new ObjectRoom.Outside(
        metadata,
        nodes,
        blocks,
        InstantSource.system(),
        new SecureRandom(),
        meters,
        discovery::wakeRepair);
  }

  @Bean
  ObjectRoom objectRoom(ObjectRoom.Outside outside, ObjectProperties properties) {
    return new ObjectRoom(outside, properties, ProtocolRule.ALL);
  }

  /** The layout of new files. */
  @Bean
  Layout layout(ObjectProperties properties) {
    return properties.layout();
  }

  @Bean
  Files files(ObjectRoom room) {
    return room.files();
  }

  @Bean
  Parts parts(ObjectRoom room) {
    return room.parts();
  }
}

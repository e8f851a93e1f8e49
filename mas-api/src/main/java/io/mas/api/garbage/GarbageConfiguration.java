package io.mas.api.garbage;

import io.mas.api.metadata.MetadataStore;
import io.mas.api.nodes.Nodes;
import io.mas.api.object.GarbageSweep;
import io.mas.api.object.ObjectRoom;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Wires what collects garbage in the background, in processes of the repair role. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({GarbageProperties.class, BreakerProperties.class})
public class GarbageConfiguration {

  @Bean
  GarbageRoom garbageRoom(
      MetadataStore metadata,
      Nodes nodes,
      ObjectRoom objects,
      MeterRegistry meters,
      GarbageProperties properties,
      BreakerProperties limits) {
    return new GarbageRoom(
        new GarbageRoom.Outside(metadata, nodes, objects, InstantSource.system(), meters),
        properties,
        limits,
        GarbageRule.ALL);
  }

  @Bean
  CircuitBreaker garbageBreaker(GarbageRoom room) {
    return room.breaker();
  }

  @Bean
  InventorySweep inventorySweep(GarbageRoom room) {
    InventorySweep sweep = room.sweep();
    sweep.start();
    return sweep;
  }

  /** Notes and uploads; stopped with everything else that collects. */
  @Bean
  GarbageSweep garbageSweep(ObjectRoom objects, InventorySweep inventories) {
    GarbageSweep sweep = objects.sweep();
    sweep.start(inventories::mayCollect);
    return sweep;
  }
}

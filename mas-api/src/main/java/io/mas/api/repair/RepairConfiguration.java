package io.mas.api.repair;

import io.mas.api.object.ObjectProperties;
import io.mas.api.object.ObjectRoom;
import io.mas.common.cluster.NodeDiscovery;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Wires the room, in processes of the repair role. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(RepairProperties.class)
public class RepairConfiguration {

  @Bean
  RepairRoom repairRoom(
      ObjectRoom.Outside outside, ObjectProperties objects, RepairProperties properties) {
    return new RepairRoom(
        outside,
        new RepairRoom.Settings(
            properties, objects.hedgeAfter(), objects.layout().m() + 1, RepairRule.ALL));
  }

  @Bean
  RepairWorker repairWorker(RepairRoom room, NodeDiscovery discovery) {
    RepairWorker worker = room.worker();
    worker.start(discovery);
    return worker;
  }

  @Bean
  RepairNote repairNote(RepairRoom room) {
    RepairNote note = room.note();
    note.start();
    return note;
  }
}

package io.mas.api.nodes;

import io.mas.api.metadata.MetadataStore;
import io.mas.common.cluster.NodeDiscovery;
import io.mas.common.object.Layout;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Wires what judges nodes, in processes of the repair role. */
@Configuration(proxyBeanMethods = false)
public class VerdictConfiguration {

  @Bean
  LostNodes lostNodes(MetadataStore metadata, NodeDiscovery discovery) {
    LostNodes lost = new LostNodes(metadata, Clocks.system(), discovery::wakeRepair);
    lost.start();
    return lost;
  }

  @Bean
  Verdicts verdicts(Verdicts.Parts parts, VerdictProperties properties) {
    Verdicts verdicts =
        new Verdicts(parts, new Verdicts.Settings(properties, VerdictRule.ALL, Clocks.system()));
    verdicts.start();
    return verdicts;
  }

  /**
   * What verdicts are given with.
   *
   * @param layout of new files
   */
  @Bean
  Verdicts.Parts verdictParts(
      NodeView view,
      MetadataStore metadata,
      Layout layout,
      ProcessHeartbeat heartbeat,
      LostNodes lost) {
    return new Verdicts.Parts(
        view, metadata, new Redundancy(metadata, layout), heartbeat, lost::wake);
  }
}

package io.mas.api.status;

import io.mas.api.metadata.MetadataStore;
import io.mas.api.nodes.NodeView;
import io.mas.api.object.ObjectProperties;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Wires what monitors are told, in processes of the repair role, of which there are few. */
@Configuration(proxyBeanMethods = false)
public class GaugesConfiguration {
  /** Nobody waits: a database that is slow is no database that is away. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  @Bean
  ClusterGauges clusterGauges(
      MetadataStore metadata, NodeView view, ObjectProperties properties, MeterRegistry meters) {
    OperatorView operator =
        new OperatorView(metadata, view, properties.layout(), PATIENCE, InstantSource.system());
    ClusterGauges gauges = new ClusterGauges(operator::status, meters);
    gauges.start();
    return gauges;
  }
}

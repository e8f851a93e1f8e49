package io.mas.api.status;

import io.mas.api.metadata.MetadataStore;
import io.mas.api.nodes.NodeView;
import io.mas.api.object.ObjectProperties;
import java.time.Duration;
import java.time.InstantSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Wires the room. */
@Configuration(proxyBeanMethods = false)
public class OperatorConfiguration {
  /** An answer is to be there within a second. */
  private static final Duration PATIENCE = Duration.ofMillis(800);

  @Bean
  OperatorView operatorView(MetadataStore metadata, NodeView view, ObjectProperties properties) {
    return new OperatorView(metadata, view, properties.layout(), PATIENCE, InstantSource.system());
  }
}

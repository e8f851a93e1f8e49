package io.mas.api.metadata;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.mongodb.MongoMetricsCommandListener;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Wires the room: MongoDB, unless the process brings another database. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(MongoProperties.class)
public class MetadataConfiguration {

  @Bean
  @ConditionalOnMissingBean
  MetadataStore metadataStore(
      MongoProperties properties,
      @Value("${mas.cluster-id:}") String clusterId,
      MeterRegistry meters) {
    return MongoMetadataStore.connect(
        properties, clusterId, new MongoMetricsCommandListener(meters));
  }
}

package io.mas.rabbitmq;

import io.mas.common.cluster.NodeDiscovery;
import io.mas.rabbitmq.BrokerStatus.Failure;
import java.util.Map;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Discovery over RabbitMQ, where no other is given. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnMissingBean(NodeDiscovery.class)
@EnableConfigurationProperties(RabbitProperties.class)
public class RabbitConfiguration {

  @Bean
  RabbitDiscovery nodeDiscovery(RabbitProperties properties, SslBundles bundles) {
    String bundle = properties.sslBundle();
    return new RabbitDiscovery(
        properties, bundle == null ? null : bundles.getBundle(bundle).createSslContext());
  }

  /** For operators; not part of liveness or readiness, since nothing stops without the broker. */
  @Bean
  HealthIndicator rabbitmqHealthIndicator(RabbitDiscovery discovery) {
    BrokerStatus status = discovery.status();
    return () -> {
      Map<String, Failure> failures = status.failures();
      Health.Builder health = failures.isEmpty() ? Health.up() : Health.down();
      health.withDetail("broker", status.broker());
      failures.forEach(
          (link, failure) ->
              health.withDetail(link, failure.code().code() + ": " + failure.reason()));
      return health.build();
    };
  }
}

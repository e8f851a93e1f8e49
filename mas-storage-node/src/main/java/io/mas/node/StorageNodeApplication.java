package io.mas.node;

import io.mas.common.protocol.InternalKeys;
import io.mas.node.membership.NodeStartException;
import io.mas.rabbitmq.RabbitConfiguration;
import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** A storage node as a process of its own. Its settings are {@link StorageNodeProperties}. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@EnableConfigurationProperties({StorageNodeProperties.class, InternalProperties.class})
@Import({RabbitConfiguration.class, StorageNodeConfiguration.class})
public class StorageNodeApplication {

  /** Starts the node. */
  public static void main(String[] args) {
    application().run(args);
  }

  static SpringApplication application() {
    SpringApplication application = new SpringApplication(StorageNodeApplication.class);
    // Its own defaults; then application.yaml of the working directory or of ./config.
    application.setDefaultProperties(Map.of("spring.config.name", "mas-node,application"));
    return application;
  }

  /** There is no default that works: a node without keys does not start. */
  @Bean
  InternalKeys internalKeys(InternalProperties settings) {
    try {
      return InternalKeys.parse(settings.keys());
    } catch (IllegalArgumentException e) {
      throw new NodeStartException(String.valueOf(e.getMessage()), InternalKeys.ADVICE, e);
    }
  }
}

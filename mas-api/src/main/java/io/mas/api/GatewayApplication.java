package io.mas.api;

import io.mas.api.block.BlockConfiguration;
import io.mas.api.metadata.MetadataConfiguration;
import io.mas.api.nodes.NodesConfiguration;
import io.mas.api.object.ObjectConfiguration;
import io.mas.api.web.StatusConfiguration;
import io.mas.common.thread.Carriers;
import io.mas.rabbitmq.RabbitConfiguration;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Import;

/**
 * What a process of mas-api is made of: the rooms that every role stands on, and those of its own
 * roles ({@code mas.roles}).
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
@EnableConfigurationProperties(RolesProperties.class)
@Import({
  BlockConfiguration.class,
  MetadataConfiguration.class,
  NodesConfiguration.class,
  ObjectConfiguration.class,
  RabbitConfiguration.class,
  RoleConfigurations.class,
  StatusConfiguration.class
})
public class GatewayApplication {

  /** Starts a process that runs until it is told to stop. */
  public static void main(String[] arguments) {
    Carriers.watch();
    Gateway.application().run(arguments);
  }
}

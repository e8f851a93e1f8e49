package io.mas.node;

import io.mas.common.protocol.InternalKeys;
import io.mas.common.thread.Carriers;
import io.mas.node.membership.NodeStartException;
import io.mas.rabbitmq.RabbitConfiguration;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** A storage node as a process of its own. Its settings are {@link StorageNodeProperties}. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@EnableConfigurationProperties({StorageNodeProperties.class, InternalProperties.class})
@Import({RabbitConfiguration.class, StorageNodeConfiguration.class})
public class StorageNodeApplication {
  private static final Logger log = LoggerFactory.getLogger(StorageNodeApplication.class);

  /** What the process ends with if it has no volume any more. */
  private static final int CANNOT_BEGIN = 1;

  /** Starts the node. */
  public static void main(String[] args) {
    Carriers.watch();
    application().run(args);
  }

  static SpringApplication application() {
    SpringApplication application = new SpringApplication(StorageNodeApplication.class);
    // Its own defaults; then application.yaml of the working directory or of ./config.
    application.setDefaultProperties(Map.of("spring.config.name", "mas-node,application"));
    return application;
  }

  /** Begins anew on what is left of the directory: another node, if that is nothing. */
  @Bean
  VolumeGone volumeGone(ConfigurableApplicationContext context, ApplicationArguments arguments) {
    return () ->
        Thread.ofPlatform()
            .name("begin-anew")
            .daemon(false) // while it works the process has no other thread that keeps it
            .start(() -> beginAnew(context, arguments.getSourceArgs()));
  }

  private static void beginAnew(ConfigurableApplicationContext context, String[] arguments) {
    try {
      context.close();
      application().run(arguments);
    } catch (RuntimeException e) {
      log.error("the node cannot begin anew", e);
      System.exit(CANNOT_BEGIN);
    }
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

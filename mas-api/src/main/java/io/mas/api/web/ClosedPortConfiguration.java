package io.mas.api.web;

import org.springframework.boot.web.server.ConfigurableWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;

/** For a process without the public API: nothing listens on its port. */
@Configuration(proxyBeanMethods = false)
public class ClosedPortConfiguration {

  /** Spring Boot's word for it; the management port is another server, and stays. */
  private static final int NONE = -1;

  @Bean
  WebServerFactoryCustomizer<ConfigurableWebServerFactory> closedPort() {
    return new ClosedPort();
  }

  /** Comes after {@code server.port}. */
  private static final class ClosedPort
      implements WebServerFactoryCustomizer<ConfigurableWebServerFactory>, Ordered {
    @Override
    public void customize(ConfigurableWebServerFactory factory) {
      factory.setPort(NONE);
    }

    @Override
    public int getOrder() {
      return Ordered.LOWEST_PRECEDENCE;
    }
  }
}

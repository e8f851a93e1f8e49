package io.mas.api;

import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.Objects;
import org.springframework.boot.Banner;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.Environment;
import org.springframework.core.env.MapPropertySource;

/**
 * A running gateway. Several may run in one process: nothing is shared between them but the logging
 * system. Thread-safe.
 */
public final class Gateway implements AutoCloseable {
  private final ConfigurableApplicationContext context;

  private Gateway(ConfigurableApplicationContext context) {
    this.context = context;
  }

  /**
   * Starts a gateway and waits until it answers.
   *
   * @param properties settings by name, such as {@code server.port} (0: any free one); they win
   *     over every other source
   * @param beans by name: what the gateway is to use instead of making it; the caller closes them,
   *     after the gateway
   */
  public static Gateway start(Map<String, Object> properties, Map<String, Object> beans) {
    return new Gateway(application(properties, beans).registerShutdownHook(false).run());
  }

  /** The application with what its starter gives. */
  static SpringApplicationBuilder application(
      Map<String, Object> properties, Map<String, Object> beans) {
    ApplicationContextInitializer<ConfigurableApplicationContext> given =
        context -> {
          context
              .getEnvironment()
              .getPropertySources()
              .addFirst(new MapPropertySource("gateway", properties));
          beans.forEach(context.getBeanFactory()::registerSingleton);
        };
    return application().initializers(given);
  }

  /**
   * The application. Its settings come from {@code mas-gateway.properties}, those of the place
   * where it runs from {@code application.yaml}, there or in {@code config}.
   */
  static SpringApplicationBuilder application() {
    return new SpringApplicationBuilder(GatewayApplication.class)
        .bannerMode(Banner.Mode.OFF)
        .properties("spring.config.name=mas-gateway,application");
  }

  /** The port of the public API. */
  public int port() {
    return port("local.server.port");
  }

  /** The port of probes and metrics. */
  public int managementPort() {
    return port("local.management.port");
  }

  /** Where its metrics are; what runs beside it in one process may add its own. */
  public MeterRegistry meters() {
    return context.getBean(MeterRegistry.class);
  }

  private int port(String name) {
    Environment environment = context.getEnvironment();
    return Objects.requireNonNull(environment.getProperty(name, Integer.class), name);
  }

  /** Stops taking requests, lets those under way end within the time-out, and stops. */
  @Override
  public void close() {
    context.close();
  }
}

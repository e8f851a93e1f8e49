package io.mas.rabbitmq;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of discovery over RabbitMQ.
 *
 * @param uri {@code amqp://user:password@host:port/vhost}, or {@code amqps:} for TLS. Has to be set
 * @param sslBundle for TLS: the bundle of {@code spring.ssl.bundle} with the certificates to trust
 *     and, if the broker asks for one, the own; null for what the JVM trusts
 * @param exchange name of the exchange that nodes announce themselves on; clusters that share a
 *     virtual host need one each
 */
@ConfigurationProperties("mas.rabbitmq")
public record RabbitProperties(
    @DefaultValue("") String uri,
    @Nullable String sslBundle,
    @DefaultValue("mas.nodes") String exchange) {

  /** All but the URI as by default. */
  public static RabbitProperties at(String uri) {
    return new RabbitProperties(uri, null, "mas.nodes");
  }

  /** Without the URI, which holds the password. */
  @Override
  public String toString() {
    return "RabbitProperties[sslBundle=%s, exchange=%s]".formatted(sslBundle, exchange);
  }
}

package io.mas.rabbitmq;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of discovery over RabbitMQ.
 *
 * @param uri {@code amqp://user:password@host:port/vhost}, or {@code amqps:} for TLS with the trust
 *     store of the JVM. Has to be set
 * @param exchange name of the exchange that nodes announce themselves on; clusters that share a
 *     virtual host need one each
 */
@ConfigurationProperties("mas.rabbitmq")
public record RabbitProperties(
    @DefaultValue("") String uri, @DefaultValue("mas.nodes") String exchange) {

  /** Without the URI, which holds the password. */
  @Override
  public String toString() {
    return "RabbitProperties[exchange=%s]".formatted(exchange);
  }
}

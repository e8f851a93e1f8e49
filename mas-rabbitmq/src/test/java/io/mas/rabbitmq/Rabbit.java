package io.mas.rabbitmq;

import com.rabbitmq.client.ConnectionFactory;
import io.mas.dev.server.RabbitServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The broker of this JVM's tests, which starts with the first and ends with the JVM, and for each
 * test an exchange of its own, with as many discoveries as it wants.
 */
final class Rabbit implements AfterEachCallback {
  private static final AtomicInteger EXCHANGES = new AtomicInteger();

  private final List<RabbitDiscovery> discoveries = new ArrayList<>();
  private final String exchange = "mas.nodes." + EXCHANGES.incrementAndGet();

  private static final class Shared {
    static final RabbitServer SERVER = start();

    private static RabbitServer start() {
      try {
        RabbitServer server = new RabbitServer(Files.createTempDirectory("mas-rabbitmq-"));
        server.start();
        return server;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  static RabbitServer server() {
    return Shared.SERVER;
  }

  String exchange() {
    return exchange;
  }

  RabbitProperties properties() {
    return new RabbitProperties(server().uri(), null, exchange);
  }

  synchronized RabbitDiscovery discovery() {
    RabbitDiscovery discovery = new RabbitDiscovery(properties());
    discoveries.add(discovery);
    return discovery;
  }

  /** Publishes what a stranger may. */
  void publish(byte[]... messages) throws Exception {
    ConnectionFactory factory = new ConnectionFactory();
    factory.setUri(server().uri());
    try (var connection = factory.newConnection();
        var channel = connection.createChannel()) {
      channel.confirmSelect();
      for (byte[] message : messages) {
        channel.basicPublish(exchange, "", null, message);
      }
      channel.waitForConfirmsOrDie(10_000);
    }
  }

  @Override
  public synchronized void afterEach(ExtensionContext context) {
    discoveries.forEach(RabbitDiscovery::close);
  }
}

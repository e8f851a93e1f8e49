package io.mas.rabbitmq;

import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.impl.ForgivingExceptionHandler;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.security.GeneralSecurityException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where the broker is, and how it is connected to. Thread-safe. */
final class Broker {
  private static final Logger LOG = LoggerFactory.getLogger(Broker.class);

  /** A peer that is silent for twice as long is gone. */
  private static final int HEARTBEAT_SECONDS = 5;

  /** For each of: connecting, the handshake, and every request that has an answer. */
  private static final int TIMEOUT_MILLIS = 5000;

  /** No message of ours is nearly as large; a larger one ends the connection, which comes again. */
  private static final int MAX_MESSAGE_BYTES = 1 << 20;

  /**
   * Runs what the client does beside its own threads. It is never shut down: the client's threads
   * still give it work after a connection has ended that the broker did not answer, and would die
   * of a refusal. It holds nothing when it is idle.
   */
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  private final ConnectionFactory factory = new ConnectionFactory();
  private final String name;

  /**
   * The broker that a URI names.
   *
   * @param tls whom to trust, if it is {@code amqps}; null for whom the JVM does
   * @throws RabbitUriException if it names none
   */
  Broker(String uri, @Nullable SSLContext tls) {
    URI parsed = parse(uri);
    try {
      if ("amqps".equals(parsed.getScheme())) {
        // Left to itself, the client trusts every certificate.
        factory.useSslProtocol(tls == null ? SSLContext.getDefault() : tls);
        factory.enableHostnameVerification();
      }
      factory.setUri(parsed);
    } catch (URISyntaxException | GeneralSecurityException | IllegalArgumentException e) {
      throw new RabbitUriException("The URI of RabbitMQ cannot be used: %s.".formatted(reason(e)));
    }
    this.name =
        "%s://%s:%d%s"
            .formatted(
                parsed.getScheme(), parsed.getHost(), factory.getPort(), parsed.getRawPath());
    factory.setAutomaticRecoveryEnabled(false); // BrokerLink connects again, at the first start too
    factory.setRequestedHeartbeat(HEARTBEAT_SECONDS);
    factory.setConnectionTimeout(TIMEOUT_MILLIS);
    factory.setHandshakeTimeout(TIMEOUT_MILLIS);
    factory.setChannelRpcTimeout(TIMEOUT_MILLIS);
    factory.setMaxInboundMessageBodySize(MAX_MESSAGE_BYTES);
    factory.setThreadFactory(Thread.ofVirtual().name("mas-rabbitmq-io-", 0).factory());
    factory.setSharedExecutor(threads);
    factory.setShutdownExecutor(threads); // without it, a write that hangs holds the end of all
    factory.setExceptionHandler(
        new ForgivingExceptionHandler() {
          @Override
          protected void log(String message, Throwable e) {
            LOG.debug("{}: {}", message, e.toString()); // the link tells of it
          }
        });
  }

  private static URI parse(String uri) {
    if (uri.isEmpty()) {
      throw new RabbitUriException("The URI of RabbitMQ is not set.");
    }
    URI parsed;
    try {
      parsed = new URI(uri);
    } catch (URISyntaxException e) {
      throw new RabbitUriException("The URI of RabbitMQ is malformed: %s.".formatted(reason(e)));
    }
    boolean amqp = "amqp".equals(parsed.getScheme()) || "amqps".equals(parsed.getScheme());
    if (!amqp || parsed.getHost() == null) {
      throw new RabbitUriException("The URI of RabbitMQ is not amqp://host or amqps://host.");
    }
    return parsed;
  }

  /** Without what was parsed, which may hold the password. */
  private static String reason(Exception e) {
    return e instanceof URISyntaxException syntax
        ? "%s at index %d".formatted(syntax.getReason(), syntax.getIndex())
        : e.getClass().getSimpleName();
  }

  /** The URI without credentials. */
  String name() {
    return name;
  }

  /**
   * Connects.
   *
   * @param purpose what for, shown by the broker to its operators
   */
  Connection connect(String purpose) throws IOException, TimeoutException {
    return factory.newConnection("mas " + purpose);
  }
}

package io.mas.rabbitmq;

import io.mas.common.cluster.NodeAnnouncement;
import io.mas.common.cluster.NodeDiscovery;
import io.mas.rabbitmq.AnnouncementFormat.UnreadableException;
import io.mas.rabbitmq.Publisher.Message;
import java.time.Duration;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Discovery over a fanout exchange of RabbitMQ, with a bounded queue for each listener. Nothing
 * here waits for the broker: it may be away at the start and at any time after, and is connected to
 * again for ever; then who is there is asked again.
 */
public final class RabbitDiscovery implements NodeDiscovery, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RabbitDiscovery.class);

  private static final byte[] SIGNAL = {};

  private final BrokerStatus status;
  private final Topology topology;
  private final Publisher publisher;
  private final Listener listener;
  private final Seldom refusals = new Seldom(Duration.ofSeconds(10));

  /**
   * Begins to connect, and returns at once.
   *
   * @throws RabbitUriException if the URI names no broker
   */
  public RabbitDiscovery(RabbitProperties properties) {
    this(properties, null);
  }

  /**
   * Begins to connect, and returns at once.
   *
   * @param tls whom to trust over {@code amqps}; null for whom the JVM does
   * @throws RabbitUriException if the URI names no broker
   */
  RabbitDiscovery(RabbitProperties properties, @Nullable SSLContext tls) {
    Broker broker = new Broker(properties.uri(), tls);
    this.status = new BrokerStatus(broker.name());
    this.topology = Topology.of(properties.exchange());
    this.publisher = new Publisher(broker, status, topology);
    this.listener = new Listener(broker, status, topology);
    publisher.start();
    listener.start();
  }

  /** How the connections to the broker stand. */
  BrokerStatus status() {
    return status;
  }

  @Override
  public void announce(NodeAnnouncement announcement) {
    publisher.send(
        new Message(topology.nodes(), announcement.identity().toString()),
        AnnouncementFormat.encode(announcement));
  }

  @Override
  public Subscription listen(Consumer<NodeAnnouncement> consumer) {
    return listener.subscribe(topology.nodes(), body -> read(body, consumer), this::ask);
  }

  private void read(byte[] body, Consumer<NodeAnnouncement> consumer) {
    NodeAnnouncement announcement;
    try {
      announcement = AnnouncementFormat.decode(body);
    } catch (UnreadableException e) {
      if (refusals.now()) {
        LOG.warn("a message from exchange {} is refused: {}", topology.nodes(), e.getMessage());
      }
      return;
    }
    consumer.accept(announcement);
  }

  @Override
  public Subscription answerWith(Runnable answer) {
    return listener.subscribe(topology.ask(), _ -> answer.run(), () -> {});
  }

  @Override
  public void ask() {
    signal(topology.ask());
  }

  @Override
  public Subscription onWake(Runnable worker) {
    return listener.subscribe(topology.wake(), _ -> worker.run(), () -> {});
  }

  @Override
  public void wakeRepair() {
    signal(topology.wake());
  }

  private void signal(String exchange) {
    publisher.send(new Message(exchange, ""), SIGNAL);
  }

  /** Ends the connections; what was announced before is sent, if the broker takes it now. */
  @Override
  public void close() {
    publisher.stop();
    listener.stop();
    publisher.close();
    listener.close();
  }
}

package io.mas.rabbitmq;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import io.mas.common.cluster.NodeDiscovery.Subscription;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Receives, with a channel and a queue for each subscription, so that a slow one delays no other.
 * Publishes nothing, so that the broker never stops reading its acknowledgements.
 */
final class Listener extends BrokerLink {
  private static final Logger LOG = LoggerFactory.getLogger(Listener.class);

  /** So many messages are on the way to a subscriber; the rest waits in the bounded queue. */
  private static final int PREFETCH = 20;

  private final Topology topology;
  private final Seldom complaints = new Seldom(Duration.ofSeconds(10));
  private final Set<Receiver> receivers = ConcurrentHashMap.newKeySet();

  Listener(Broker broker, BrokerStatus status, Topology topology) {
    super("listener", broker, status);
    this.topology = topology;
  }

  /**
   * Hands over the messages of an exchange, one at a time, from soon on and over reconnects.
   *
   * @param bound runs each time that the queue was bound
   */
  Subscription subscribe(String exchange, Consumer<byte[]> handler, Runnable bound) {
    Receiver receiver = new Receiver(exchange, handler, bound);
    receivers.add(receiver);
    changed();
    return () -> {
      receivers.remove(receiver);
      changed();
    };
  }

  /** One subscription; equal to no other. */
  private final class Receiver {
    private final String exchange;
    private final Consumer<byte[]> handler;
    private final Runnable bound;

    Receiver(String exchange, Consumer<byte[]> handler, Runnable bound) {
      this.exchange = exchange;
      this.handler = handler;
      this.bound = bound;
    }

    Channel open(Connection connection) throws IOException {
      Channel channel = connection.createChannel();
      channel.addShutdownListener(_ -> changed());
      channel.basicQos(PREFETCH);
      channel.basicConsume(topology.bind(channel, exchange), new Deliveries(channel, this));
      bound.run();
      return channel;
    }

    /** Nothing that a message causes ends the subscription. */
    void take(byte[] body) {
      try {
        if (receivers.contains(this)) {
          handler.accept(body);
        }
      } catch (RuntimeException e) {
        if (complaints.now()) {
          LOG.warn("a message from exchange {} could not be used", exchange, e);
        }
      }
    }
  }

  private static final class Deliveries extends DefaultConsumer {
    private final Receiver receiver;

    Deliveries(Channel channel, Receiver receiver) {
      super(channel);
      this.receiver = receiver;
    }

    @Override
    public void handleDelivery(
        String tag, Envelope envelope, AMQP.BasicProperties properties, byte[] body)
        throws IOException {
      receiver.take(body);
      getChannel().basicAck(envelope.getDeliveryTag(), false);
    }

    /** The queue was deleted: only a new one helps. */
    @Override
    public void handleCancel(String tag) throws IOException {
      getChannel().abort();
    }
  }

  @Override
  void serve(Connection connection) throws IOException, InterruptedException {
    topology.declare(connection.createChannel());
    Map<Receiver, Channel> open = new HashMap<>();
    bindNew(connection, open);
    connected();
    while (!isClosing()) {
      awaitChange(connection);
      closeOld(open);
      bindNew(connection, open);
    }
  }

  private void bindNew(Connection connection, Map<Receiver, Channel> open) throws IOException {
    for (Receiver receiver : receivers) {
      if (!open.containsKey(receiver)) {
        open.put(receiver, receiver.open(connection));
      }
    }
  }

  private void closeOld(Map<Receiver, Channel> open) throws IOException {
    for (Map.Entry<Receiver, Channel> each : Map.copyOf(open).entrySet()) {
      if (!receivers.contains(each.getKey())) {
        open.remove(each.getKey());
        each.getValue().abort();
      } else if (!each.getValue().isOpen()) {
        throw new IOException(
            "the queue of exchange %s is gone".formatted(each.getKey().exchange),
            each.getValue().getCloseReason());
      }
    }
  }
}

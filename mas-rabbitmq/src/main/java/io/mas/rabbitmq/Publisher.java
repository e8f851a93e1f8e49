package io.mas.rabbitmq;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Sends messages on a connection of its own, since the broker stops reading from one that publishes
 * while its memory or disk is short. Of what waits meanwhile, the newest of each kind is kept. A
 * write that hangs ends with the connection, when two heartbeats are missed.
 */
final class Publisher extends BrokerLink {
  /** More than one process has nodes; beyond, the oldest is forgotten. */
  private static final int MAX_WAITING = 1000;

  private static final AMQP.BasicProperties PROPERTIES =
      new AMQP.BasicProperties.Builder().contentType("application/json").build();

  private final Topology topology;
  private final Map<Message, byte[]> waiting =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Message, byte[]> eldest) {
          return size() > MAX_WAITING;
        }
      };
  private volatile boolean blocked;

  Publisher(Broker broker, BrokerStatus status, Topology topology) {
    super("publisher", broker, status);
    this.topology = topology;
  }

  /**
   * What a message is about.
   *
   * @param exchange where it is sent
   * @param subject a newer message of the same subject replaces one that waits
   */
  record Message(String exchange, String subject) {}

  /** Sends a message when the broker takes it; returns at once. */
  void send(Message message, byte[] body) {
    synchronized (waiting) {
      waiting.put(message, body);
    }
    changed();
  }

  @Override
  void serve(Connection connection) throws IOException, InterruptedException {
    blocked = false;
    connection.addBlockedListener(_ -> blocked = true, this::unblock);
    Channel channel = connection.createChannel();
    topology.declare(channel);
    connected();
    while (true) {
      Map.Entry<Message, byte[]> next = blocked ? null : next();
      if (next != null) {
        channel.basicPublish(next.getKey().exchange(), "", PROPERTIES, next.getValue());
        sent(next);
      } else if (isClosing()) {
        return;
      } else {
        awaitChange(connection);
      }
    }
  }

  private void unblock() {
    blocked = false;
    changed();
  }

  private Map.@Nullable Entry<Message, byte[]> next() {
    synchronized (waiting) {
      return waiting.entrySet().stream().findFirst().map(Map.Entry::copyOf).orElse(null);
    }
  }

  private void sent(Map.Entry<Message, byte[]> message) {
    synchronized (waiting) {
      waiting.remove(message.getKey(), message.getValue()); // unless a newer one has come
    }
  }
}

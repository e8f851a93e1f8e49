package io.mas.rabbitmq;

import com.rabbitmq.client.BuiltinExchangeType;
import com.rabbitmq.client.Channel;
import java.io.IOException;
import java.util.Map;

/**
 * The exchanges, all fanout, and the queues that listeners bind to them.
 *
 * @param nodes where nodes announce themselves
 * @param ask where listeners ask who is there
 * @param wake where the repair is woken
 */
record Topology(String nodes, String ask, String wake) {
  /** So many announcements wait for a listener that is slow: two seconds of 5000 nodes. */
  private static final int MAX_ANNOUNCEMENTS = 10_000;

  private static final int MAX_BYTES = 16 << 20;

  /** An announcement as old as this is worth nothing. */
  private static final int TTL_MILLIS = 30_000;

  /** A queue that drops the oldest. */
  private static final Map<String, Object> BOUNDED =
      Map.of(
          "x-max-length", MAX_ANNOUNCEMENTS,
          "x-max-length-bytes", MAX_BYTES,
          "x-overflow", "drop-head",
          "x-message-ttl", TTL_MILLIS);

  /** Several signals that wait are one. */
  private static final Map<String, Object> SINGLE =
      Map.of("x-max-length", 1, "x-overflow", "drop-head", "x-message-ttl", TTL_MILLIS);

  static Topology of(String exchange) {
    return new Topology(exchange, exchange + ".ask", exchange + ".wake");
  }

  void declare(Channel channel) throws IOException {
    for (String exchange : new String[] {nodes, ask, wake}) {
      channel.exchangeDeclare(exchange, BuiltinExchangeType.FANOUT, true);
    }
  }

  /**
   * Makes a queue that only this connection uses and that goes with it.
   *
   * @return its name
   */
  String bind(Channel channel, String exchange) throws IOException {
    Map<String, Object> arguments = exchange.equals(nodes) ? BOUNDED : SINGLE;
    String queue = channel.queueDeclare("", false, true, true, arguments).getQueue();
    channel.queueBind(queue, exchange, "");
    return queue;
  }
}

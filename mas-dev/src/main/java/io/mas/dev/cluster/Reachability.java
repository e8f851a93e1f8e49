package io.mas.dev.cluster;

import io.mas.dev.server.Waiting;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Waits for running servers that a cluster is to use, and says so. */
final class Reachability {
  private static final int CONNECT_MILLIS = 1000;
  private static final Duration SAY_EVERY = Duration.ofSeconds(10);

  /** By scheme; where there is none, the addresses are not known before a name server is asked. */
  private static final Map<String, Integer> PORTS =
      Map.of(
          "mongodb", 27017,
          "redis", 6379,
          "rediss", 6379,
          "redis-sentinel", 26379,
          "redis-cluster", 6379,
          "amqp", 5672,
          "amqps", 5671);

  private Reachability() {}

  /** Returns when one of the servers that the URI names accepts connections. */
  static void await(String name, String uri, Consumer<String> console) {
    List<InetSocketAddress> addresses = addresses(uri);
    long said = System.nanoTime() - SAY_EVERY.toNanos();
    while (!addresses.isEmpty() && addresses.stream().noneMatch(Reachability::accepts)) {
      if (System.nanoTime() - said >= SAY_EVERY.toNanos()) {
        said = System.nanoTime();
        console.accept("Waiting for %s at %s ...".formatted(name, text(addresses)));
      }
      Waiting.pause();
    }
  }

  /** Of {@code scheme://[user:password@]host[:port][,host[:port]][/rest]}. */
  static List<InetSocketAddress> addresses(String uri) {
    int colon = uri.indexOf("://");
    Integer usual = colon < 0 ? null : PORTS.get(uri.substring(0, colon));
    if (usual == null) {
      return List.of();
    }
    String authority = uri.substring(colon + 3).replaceFirst("[/?#].*", "");
    String hosts = authority.substring(authority.lastIndexOf('@') + 1);
    return Stream.of(hosts.split(","))
        .filter(host -> !host.isEmpty())
        .map(host -> address(host, usual))
        .toList();
  }

  private static InetSocketAddress address(String host, int usual) {
    int colon = host.lastIndexOf(':');
    boolean port = colon > host.lastIndexOf(']') && host.substring(colon + 1).matches("\\d{1,5}");
    return port
        ? InetSocketAddress.createUnresolved(
            host.substring(0, colon), Integer.parseInt(host.substring(colon + 1)))
        : InetSocketAddress.createUnresolved(host, usual);
  }

  private static boolean accepts(InetSocketAddress address) {
    try (Socket socket = new Socket()) {
      socket.connect(
          new InetSocketAddress(address.getHostString(), address.getPort()), CONNECT_MILLIS);
      return true;
    } catch (IOException _) {
      return false;
    }
  }

  private static String text(List<InetSocketAddress> addresses) {
    return String.join(
        ", ", addresses.stream().map(a -> a.getHostString() + ":" + a.getPort()).toList());
  }
}

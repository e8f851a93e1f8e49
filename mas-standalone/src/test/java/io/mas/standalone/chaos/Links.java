package io.mas.standalone.chaos;

import io.mas.dev.cluster.Network;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A proxy on every link of a cluster: of each gateway and the worker to each node and server, of
 * each node to the broker, and of the clients to the gateways. Used by one thread until the cluster
 * runs.
 *
 * <p>Every process sees the others at a loopback address of its own, where its proxies listen, on
 * the ports that the others have. Nodes announce a name, which each process finds in a hosts file
 * of its own; so each pair has a link that can be broken alone.
 */
final class Links implements Network, AutoCloseable {
  private static final String CLIENT = "client";
  private static final List<String> READERS = List.of("gateway-1", "gateway-2", "worker");
  private static final String LOOPBACK = "127.0.0.1";

  private final Path hosts;
  private final List<String> nodes;
  private final List<String> processes;
  private final Map<Link, TcpProxy> proxies = new LinkedHashMap<>();

  /** From a process to another or to a server, by their names. */
  record Link(String from, String to) {
    @Override
    public String toString() {
      return from + " -> " + to;
    }
  }

  /**
   * @param folder for the hosts files
   * @param count of nodes
   */
  Links(Path folder, int count) {
    this.hosts = folder;
    this.nodes = IntStream.rangeClosed(1, count).mapToObj(number -> "node-" + number).toList();
    this.processes =
        Stream.of(Stream.of(CLIENT), READERS.stream(), nodes.stream()).flatMap(all -> all).toList();
  }

  /** The address that a process sees the others at. */
  private String view(String process) {
    return "127.77.%d.1".formatted(1 + processes.indexOf(process));
  }

  private void link(String from, String to, int port) {
    proxies.put(new Link(from, to), new TcpProxy(at(view(from), port), at(LOOPBACK, port)));
  }

  private static InetSocketAddress at(String address, int port) {
    return new InetSocketAddress(InetAddress.ofLiteral(address), port);
  }

  @Override
  public String toServer(String process, String server, String uri) {
    if (!uses(process, server)) {
      return uri;
    }
    link(process, server, URI.create(uri).getPort());
    // The server would tell its own address as the one of the replica set.
    return uri.replace(LOOPBACK, view(process))
        .replaceFirst("replicaSet=[^&]*", "directConnection=true");
  }

  /** Only gateways check tokens, and nodes have no use for the database. */
  private static boolean uses(String process, String server) {
    return switch (Harm.Part.of(process)) {
      case GATEWAY -> true;
      case WORKER -> !server.equals("redis");
      case NODE -> server.equals("rabbitmq");
      case MONGODB, REDIS, RABBITMQ -> false;
    };
  }

  @Override
  public URI toNode(String node, URI address) {
    READERS.forEach(reader -> link(reader, node, address.getPort()));
    return URI.create("http://%s:%d".formatted(node, address.getPort()));
  }

  /** C1 alone: a start takes half of the CPU time. */
  @Override
  public List<String> flags(String process) {
    String seen =
        "%s localhost%n%s %s%n".formatted(LOOPBACK, view(process), String.join(" ", nodes));
    try {
      Path file = Files.writeString(hosts.resolve("hosts-" + process), seen);
      return List.of("-Djdk.net.hosts.file=" + file, "-XX:TieredStopAtLevel=1");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where clients find a gateway. */
  URI toGateway(String gateway, URI address) {
    link(CLIENT, gateway, address.getPort());
    return URI.create("http://%s:%d".formatted(view(CLIENT), address.getPort()));
  }

  /** All links, in the order in which they were made. */
  Map<Link, TcpProxy> all() {
    return Collections.unmodifiableMap(proxies);
  }

  /** All links to a process or server. */
  Map<Link, TcpProxy> to(String name) {
    return proxies.entrySet().stream()
        .filter(link -> link.getKey().to().equals(name))
        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
  }

  /** Links that nothing has gone through; to be none. */
  List<Link> unused() {
    return proxies.entrySet().stream()
        .filter(link -> link.getValue().passed() == 0)
        .map(Map.Entry::getKey)
        .toList();
  }

  @Override
  public void close() {
    proxies.values().forEach(TcpProxy::close);
  }
}

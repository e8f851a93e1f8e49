package io.mas.dev.cluster;

import java.net.URI;
import java.util.List;

/**
 * What lies between the processes of a cluster: nothing, unless a test puts something there. Asked
 * once for each process and peer, before anything is started.
 */
public interface Network {
  /** Everybody is reached where it listens. */
  Network DIRECT = new Network() {};

  /**
   * How a process reaches a server.
   *
   * @param server {@code mongodb}, {@code redis} or {@code rabbitmq}
   * @param uri where the server listens
   */
  default String toServer(String process, String server, String uri) {
    return uri;
  }

  /**
   * What a node says where it is.
   *
   * @param address where it listens
   */
  default URI toNode(String node, URI address) {
    return address;
  }

  /** Flags of the JVM of a process. */
  default List<String> flags(String process) {
    return List.of();
  }
}

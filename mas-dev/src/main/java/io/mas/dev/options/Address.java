package io.mas.dev.options;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;

/**
 * Where a server of a store listens.
 *
 * @param bind address of this machine
 * @param port 0 for any free one
 */
public record Address(String bind, int port) {

  /**
   * The servers would find out too, but only after everything else has been started.
   *
   * @param option that names the port, for the message
   * @throws StartProblem if nobody can listen there
   */
  public void requireFree(String option) {
    InetSocketAddress address = new InetSocketAddress(bind, port);
    if (address.isUnresolved()) {
      throw new StartProblem(
          "--bind '%s' is no address of this machine.".formatted(bind),
          "Use 127.0.0.1 for this machine alone, or 0.0.0.0 for every interface.");
    }
    try (ServerSocket probe = new ServerSocket()) {
      probe.bind(address);
    } catch (BindException e) {
      throw new StartProblem(
          "Port %d of %s cannot be used: %s.".formatted(port, bind, e.getMessage()),
          "Stop what uses it ('ss -ltnp' shows it), or choose another with %s.".formatted(option),
          e);
    } catch (IOException e) {
      throw new StartProblem(
          "Address %s:%d cannot be listened on: %s.".formatted(bind, port, e),
          "Choose another with --bind and %s.".formatted(option),
          e);
    }
  }

  /** How this machine reaches it. */
  public URI uri() {
    boolean every = bind.equals("0.0.0.0") || bind.equals("::");
    String host = every ? ClusterOptions.LOOPBACK : bind;
    return URI.create("http://%s:%d".formatted(host.contains(":") ? "[" + host + "]" : host, port));
  }
}

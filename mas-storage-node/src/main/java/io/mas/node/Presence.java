package io.mas.node;

import io.mas.node.membership.Announcer;
import io.mas.node.membership.NodeStartException;
import io.mas.node.membership.Place;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import org.springframework.boot.web.server.WebServer;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.SmartLifecycle;

/**
 * Announces the node once its server listens, and says that it leaves before the server stops:
 * lifecycles of the highest phase start last and stop first.
 */
final class Presence implements SmartLifecycle {
  private final Announcer announcer;
  private final StorageNodeProperties settings;
  private final WebServerApplicationContext server;
  private final String scheme;
  private volatile boolean running;

  /**
   * @param scheme what the server speaks, {@code http} or {@code https}
   */
  Presence(
      Announcer announcer,
      StorageNodeProperties settings,
      WebServerApplicationContext server,
      String scheme) {
    this.announcer = announcer;
    this.settings = settings;
    this.server = server;
    this.scheme = scheme;
  }

  @Override
  public void start() {
    URI address = address();
    String process = settings.process().isEmpty() ? address.toString() : settings.process();
    announcer.start(
        new Place(address, process, settings.host(), settings.zone()), settings.announceInterval());
    running = true;
  }

  /** The base URI of the node, once its server listens. */
  URI address() {
    URI configured = settings.address();
    if (configured != null) {
      requireSpoken(configured);
      return configured;
    }
    requireReachable();
    WebServer web = server.getWebServer();
    int port = web == null ? settings.port() : web.getPort();
    return URI.create(scheme + "://" + settings.bindAddress() + ":" + port);
  }

  private void requireSpoken(URI configured) {
    if (!scheme.equals(configured.getScheme())) {
      throw new NodeStartException(
          "mas.node.address is '%s', but the node speaks %s.".formatted(configured, scheme),
          "Let the address begin with %s://, or correct server.ssl.bundle.".formatted(scheme));
    }
  }

  private void requireReachable() {
    try {
      if (!InetAddress.getByName(settings.bindAddress()).isAnyLocalAddress()) {
        return;
      }
    } catch (UnknownHostException e) {
      throw new IllegalStateException("the server listens on it", e);
    }
    throw new NodeStartException(
        "The node listens on '%s', which is no address to reach it by."
            .formatted(settings.bindAddress()),
        "Set mas.node.address to the URI that gateways can use.");
  }

  @Override
  public void stop() {
    running = false;
    announcer.close();
  }

  @Override
  public boolean isRunning() {
    return running;
  }
}

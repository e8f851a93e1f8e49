package io.mas.dev.cluster;

import io.mas.dev.options.Middleware;
import io.mas.dev.server.MongoServer;
import io.mas.dev.server.RabbitServer;
import io.mas.dev.server.RedisServer;
import io.mas.dev.server.Server;
import io.mas.dev.server.ServerMissingException;
import io.mas.dev.server.ServerProcess;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/** The servers of a cluster: its own, but for those that are named by a URI. */
final class Servers {
  static final String MONGODB = "mongodb";
  static final String REDIS = "redis";
  static final String RABBITMQ = "rabbitmq";

  /**
   * Of every second answer to a {@code hello} that our own MongoDB is to hold back for 10 s the
   * driver concludes that it is gone, and every read waits for half a second. Asked every 10 s it
   * answers at once.
   */
  private static final String POLLED = "&serverMonitoringMode=poll";

  private final Map<String, String> uris = new LinkedHashMap<>();
  private final Map<String, Server> own = new LinkedHashMap<>();

  /** What makes a server of its own. */
  private interface Maker {
    Server in(Path directory);
  }

  /**
   * @param data where each keeps its data, in a folder of its name
   * @throws ServerMissingException if one is needed and not installed
   */
  Servers(Middleware running, Path data) {
    choose(
        MONGODB,
        running.mongodb(),
        data,
        folder -> MongoServer.in(folder, ServerProcess.freePort()));
    if (own.containsKey(MONGODB)) {
      uris.merge(MONGODB, POLLED, String::concat);
    }
    choose(
        REDIS,
        running.redis(),
        data,
        folder -> new RedisServer(folder, RedisServer.Persistence.APPEND_ONLY));
    choose(RABBITMQ, running.rabbitmq(), data, RabbitServer::new);
  }

  private void choose(String name, String uri, Path data, Maker maker) {
    if (uri.isEmpty()) {
      Server server = maker.in(data.resolve(name));
      own.put(name, server);
      uris.put(name, server.uri());
    } else {
      uris.put(name, uri);
    }
  }

  /** How the processes reach each, by its name. */
  Map<String, String> uris() {
    return uris;
  }

  /** Waits for those that are not the cluster's own, and says so. */
  void awaitRunning(Consumer<String> console) {
    uris.forEach(
        (name, uri) -> {
          if (!own.containsKey(name)) {
            Reachability.await(name, uri, console);
          }
        });
  }

  /** Those that the cluster runs itself, by their names. */
  Map<String, Server> own() {
    return own;
  }

  Server own(String name) {
    Server server = own.get(name);
    if (server == null) {
      throw new IllegalStateException("%s is not the cluster's own".formatted(name));
    }
    return server;
  }
}

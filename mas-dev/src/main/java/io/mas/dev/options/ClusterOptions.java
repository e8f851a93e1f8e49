package io.mas.dev.options;

import io.mas.common.object.Layout;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a store on this machine is started with.
 *
 * @param bind address that the API and the management port listen on
 * @param port of the API, 0 for any free one
 * @param managementPort of health and metrics, 0 for any free one
 * @param data directory that holds {@code node-1} … and the rest; made if there is none
 * @param nodes storage nodes, 1 to {@value #MAX_NODES}; 1 means that none may fail
 * @param erasure data and parity shards of new files, such as {@code 4+2}
 * @param systemToken the secret of the business backend; "" for the one kept in {@code data}
 * @param middleware running servers that are to be used
 * @param settings further settings of the gateway, by their names, such as {@code
 *     mas.object.delete-grace}
 */
public record ClusterOptions(
    String bind,
    int port,
    int managementPort,
    Path data,
    int nodes,
    String erasure,
    String systemToken,
    Middleware middleware,
    Map<String, String> settings) {

  /** Each node is a server with its own threads and pools, about 15 MB. */
  static final int MAX_NODES = 64;

  /** Default of {@code --bind}: this machine alone. */
  public static final String LOOPBACK = "127.0.0.1";

  /** Default of {@code --data}. */
  public static final String DATA = "data";

  private static final int MAX_PORT = 65_535;
  private static final Pattern GEOMETRY = Pattern.compile("([1-9]\\d?)\\+(\\d\\d?)");
  private static final Pattern SYSTEM_TOKEN = Pattern.compile("[A-Za-z0-9._~+/=-]{16,256}");

  /** Any block size does: whether a geometry is possible does not depend on it. */
  private static final int ANY_BLOCK_SIZE = 1 << 20;

  public ClusterOptions {
    requirePort("port", port);
    requirePort("management-port", managementPort);
    if (port != 0 && port == managementPort) {
      throw new StartProblem(
          "--port and --management-port are both %d.".formatted(port),
          "Give one of them another number.");
    }
    if (nodes < 1 || nodes > MAX_NODES) {
      throw new StartProblem(
          "--nodes is %d, expected 1 to %d.".formatted(nodes, MAX_NODES), "Choose such a number.");
    }
    requirePlaceable(nodes, layout(erasure));
    if (!systemToken.isEmpty() && !SYSTEM_TOKEN.matcher(systemToken).matches()) {
      throw new StartProblem(
          "--system-token has %d characters or one that is not allowed."
              .formatted(systemToken.length()),
          "Use 16 to 256 of A-Z a-z 0-9 . _ ~ + / = -, such as the output of"
              + " 'openssl rand -hex 32'.");
    }
    data = data.toAbsolutePath().normalize();
    settings = Map.copyOf(settings);
  }

  /** Any free ports, six nodes, 4+2, a secret of its own. */
  public static ClusterOptions in(Path data) {
    return new ClusterOptions(LOOPBACK, 0, 0, data, 6, "4+2", "", Middleware.NONE, Map.of());
  }

  /** The same with another number of nodes and geometry. */
  public ClusterOptions withNodes(int nodes, String erasure) {
    return new ClusterOptions(
        bind, port, managementPort, data, nodes, erasure, systemToken, middleware, settings);
  }

  /** The same with these running servers. */
  public ClusterOptions withMiddleware(Middleware middleware) {
    return new ClusterOptions(
        bind, port, managementPort, data, nodes, erasure, systemToken, middleware, settings);
  }

  /** The same with these settings of the gateway. */
  public ClusterOptions withSettings(Map<String, String> settings) {
    return new ClusterOptions(
        bind, port, managementPort, data, nodes, erasure, systemToken, middleware, settings);
  }

  /** How many nodes may fail without loss, at least; 0 with a single node. */
  public int minNodeFailures() {
    return nodes == 1 ? 0 : 1;
  }

  /** How many nodes may fail at once without a loss, if they hold equally many shards. */
  public int survivableFailures() {
    Layout layout = layout(erasure);
    return Math.min(layout.m() / mostPerNode(nodes, layout), nodes - 1);
  }

  private static int mostPerNode(int nodes, Layout layout) {
    return (layout.width() + nodes - 1) / nodes;
  }

  private static void requirePort(String name, int port) {
    if (port < 0 || port > MAX_PORT) {
      throw new StartProblem(
          "--%s is %d, expected 0 (any free one) to %d.".formatted(name, port, MAX_PORT),
          "Choose such a number.");
    }
  }

  private static Layout layout(String erasure) {
    Matcher matcher = GEOMETRY.matcher(erasure);
    try {
      if (matcher.matches()) {
        return Layout.of(
            Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)), ANY_BLOCK_SIZE);
      }
    } catch (IllegalArgumentException impossible) {
      throw noGeometry(erasure, impossible);
    }
    throw noGeometry(erasure, null);
  }

  private static StartProblem noGeometry(String erasure, @Nullable Throwable cause) {
    return new StartProblem(
        "--erasure '%s' is no geometry.".formatted(erasure),
        "Use k+m with k data shards, m parity shards and k+m at most %d, such as 4+2."
            .formatted(Layout.MAX_WIDTH),
        cause);
  }

  /** The same rule as the gateway's placement: the loss of a node costs at most m shards. */
  private static void requirePlaceable(int nodes, Layout layout) {
    int most = mostPerNode(nodes, layout);
    if (nodes > 1 && most > layout.m()) {
      throw new StartProblem(
          "%d nodes are too few for %d+%d: one of them would hold %d of the %d shards of a block, and with it %d+%d could not be read."
              .formatted(
                  nodes, layout.k(), layout.m(), most, layout.width(), layout.k(), layout.m()),
          advice(layout));
    }
  }

  private static String advice(Layout layout) {
    if (layout.m() == 0) {
      return "Use at least one parity shard, or --nodes 1, where no node may fail.";
    }
    return "Use --nodes %d or more, or more parity shards, or --nodes 1, where no node may fail."
        .formatted((layout.width() + layout.m() - 1) / layout.m());
  }
}

package io.mas.node;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A node as a process of its own, on the class path of the tests. */
final class StorageNodeProcess {
  private StorageNodeProcess() {}

  static Process start(Path data, String cluster) throws IOException {
    return start(data, cluster, NodeClient.KEY);
  }

  /**
   * Starts it.
   *
   * @param keys what the environment says of {@code mas.internal.keys}
   */
  static Process start(Path data, String cluster, String keys) throws IOException {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx64m",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            StorageNodeApplication.class.getName(),
            "--mas.node.data=" + data,
            "--mas.cluster-id=" + cluster,
            "--mas.node.port=0",
            "--management.server.port=0",
            // nobody is there: a node needs no broker to start
            "--mas.rabbitmq.uri=amqp://127.0.0.1:1");
    ProcessBuilder process = new ProcessBuilder(command).redirectErrorStream(true);
    process.environment().put("MAS_INTERNAL_KEYS", keys);
    return process.start();
  }
}

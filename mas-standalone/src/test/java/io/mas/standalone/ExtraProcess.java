package io.mas.standalone;

import io.mas.dev.cluster.Programs;
import io.mas.dev.server.ServerProcess;
import io.mas.standalone.SharedCluster.Running;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/**
 * A gateway or storage node of the shared cluster that the cluster itself does not know of: started
 * by one test, with settings of its own. Its end is no part of the cluster's health.
 */
final class ExtraProcess implements AutoCloseable {
  private static final Duration START = Duration.ofMinutes(3);
  private static final Duration STOP = Duration.ofSeconds(5);
  private static final int PROBE_MILLIS = 2000;
  private static final Programs SERVICES = TrainedPrograms.services();

  private final URI address;
  private final ServerProcess process;

  private ExtraProcess(URI address, ServerProcess process) {
    this.address = address;
    this.process = process;
  }

  /** A third gateway, which is ready; {@code flags} are of its JVM. */
  static ExtraProcess gateway(Running running, String... flags) {
    return start(
        running,
        Stream.concat(Stream.of(flags), SERVICES.gateway().stream()).toList(),
        port ->
            List.of(
                "--mas.cluster-id=" + clusterId(running),
                "--mas.roles=gateway",
                "--server.address=127.0.0.1",
                "--server.port=" + port));
  }

  /** A node of this cluster, which is ready, on a volume that nobody else uses now. */
  static ExtraProcess node(Running running, Path volume) {
    return node(running, volume, clusterId(running));
  }

  /** A node that believes to be of another cluster. */
  static ExtraProcess node(Running running, Path volume, String clusterId) {
    return start(
        running,
        SERVICES.node(),
        port ->
            List.of(
                "--mas.cluster-id=" + clusterId,
                "--mas.node.bind-address=127.0.0.1",
                "--mas.node.port=" + port,
                "--mas.node.data=" + volume,
                "--mas.node.process=" + volume.getFileName(),
                "--mas.node.host=" + volume.getFileName()));
  }

  private static String clusterId(Running running) {
    try {
      return Files.readString(running.data().resolve("cluster-id")).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Settings that depend on the port of the public or internal API. */
  private interface Settings {
    List<String> at(int port);
  }

  private static ExtraProcess start(Running running, List<String> program, Settings settings) {
    int port = ServerProcess.freePort();
    int management = ServerProcess.freePort();
    List<String> arguments = new ArrayList<>(settings.at(port));
    arguments.add("--management.server.address=127.0.0.1");
    arguments.add("--management.server.port=" + management);
    ServerProcess process =
        ServerProcess.start(
            "extra-" + port,
            running.data().resolve("logs"),
            Map.of("MAS_SECRETS", running.data().resolve("secrets").toString()),
            Programs.command(program, "256m", arguments));
    URI ready = URI.create("http://127.0.0.1:%d/readyz".formatted(management));
    process.awaitReady(START, () -> answers(ready));
    return new ExtraProcess(URI.create("http://127.0.0.1:" + port), process);
  }

  private static boolean answers(URI uri) {
    try {
      HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
      connection.setConnectTimeout(PROBE_MILLIS);
      connection.setReadTimeout(PROBE_MILLIS);
      return connection.getResponseCode() == HttpURLConnection.HTTP_OK;
    } catch (IOException _) {
      return false;
    }
  }

  /** Base URI of its public API, or of its internal one if it is a node. */
  URI address() {
    return address;
  }

  /** Waits for a line of its output. */
  void awaitOutput(String line) {
    Awaitility.await().atMost(START).until(() -> process.logTail().contains(line));
  }

  /** SIGKILL. */
  void kill() {
    process.kill();
  }

  /** Stops it. */
  @Override
  public void close() {
    process.stop(STOP);
  }
}

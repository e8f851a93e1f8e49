package io.mas.bench.load;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A store of this driver's own: {@code ./mas up} on a temporary directory. */
final class StoreProcess implements AutoCloseable {
  /** The start may have to build the store first. */
  private static final Duration START = Duration.ofMinutes(10);

  private static final Duration STOP = Duration.ofSeconds(30);
  private static final Duration LOOK = Duration.ofMillis(100);

  private final Path directory;
  private final Process process;
  private final int port;

  private StoreProcess(Path directory, Process process, int port) {
    this.directory = directory;
    this.process = process;
    this.port = port;
  }

  /** Starts a store below {@code parent}; when this returns, it answers. */
  static StoreProcess start(Path parent) throws InterruptedException {
    try {
      Path directory = Files.createTempDirectory(parent, "mas-bench-");
      int port = freePort();
      Process process =
          new ProcessBuilder(
                  launcher().toString(),
                  "up",
                  "--port=" + port,
                  "--management-port=" + freePort(),
                  "--data=" + directory.resolve("data"))
              .redirectErrorStream(true)
              .redirectOutput(log(directory))
              .start();
      StoreProcess store = new StoreProcess(directory, process, port);
      store.awaitReady();
      return store;
    } catch (IOException e) {
      throw new UncheckedIOException("the store cannot be started", e);
    }
  }

  /** The script in the root of the repository, from where this class was compiled to. */
  private static Path launcher() {
    try {
      var source = StoreProcess.class.getProtectionDomain().getCodeSource();
      Path classes = Path.of(source.getLocation().toURI());
      return classes.resolve("../../../mas").normalize();
    } catch (URISyntaxException e) {
      throw new IllegalStateException("the classes are not in a directory", e);
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static File log(Path directory) {
    return directory.resolve("up.log").toFile();
  }

  private void awaitReady() throws IOException, InterruptedException {
    long deadline = System.nanoTime() + START.toNanos();
    while (!Files.readString(log(directory).toPath()).contains("MAS is ready")) {
      if (System.nanoTime() > deadline || process.waitFor(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
        String said = Files.readString(log(directory).toPath());
        close();
        throw new LoadProblem("the store did not start; it said:\n" + said);
      }
    }
  }

  Target target() {
    try {
      return new Target(
          URI.create("http://127.0.0.1:" + port),
          Files.readString(directory.resolve("data/system-token")).strip(),
          OptionalLong.of(process.pid()));
    } catch (IOException e) {
      throw new UncheckedIOException("the store has no system-token", e);
    }
  }

  /** Deletes all that the first nodes hold, while they run. */
  void emptyNodes(int count) {
    for (int node = 1; node <= count; node++) {
      Path folder = directory.resolve("data/node-" + node);
      delete(below(folder));
    }
  }

  /** Everything below a directory, files before the directory that they are in. */
  private static List<Path> below(Path directory) {
    try (Stream<Path> all = Files.walk(directory)) {
      return all.filter(path -> !path.equals(directory)).sorted(Comparator.reverseOrder()).toList();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + directory, e);
    }
  }

  private static void delete(List<Path> paths) {
    try {
      for (Path path : paths) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete what the store wrote", e);
    }
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(STOP.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
    }
    delete(below(directory));
    delete(List.of(directory));
  }
}

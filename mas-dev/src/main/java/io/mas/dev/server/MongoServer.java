package io.mas.dev.server;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A MongoDB-compatible server of one node: SecantusDB, which keeps its data in WiredTiger and
 * forces every acknowledged write. No package registry has a mongod; this program comes as an
 * archive in {@value #FOLDER} beside the repository, whose README says how near it is.
 *
 * <p>It is run as {@code start.sh} there does, but as a child of this process, so that it ends with
 * it.
 */
public final class MongoServer implements Server {
  private static final String FOLDER = "shared/mongodb";
  private static final Duration START = Duration.ofSeconds(30);
  private static final Duration STOP = Duration.ofSeconds(30);
  private static final int HELLO_TIMEOUT_MILLIS = 2000;

  /** OP_MSG with {hello: 1, $db: "admin"}; the answer has the same operation code. */
  private static final byte[] HELLO =
      ("\64\0\0\0\1\0\0\0\0\0\0\0\u00dd\7\0\0\0\0\0\0\0\37\0\0\0\20hello\0\1\0\0\0"
              + "\2$db\0\6\0\0\0admin\0\0")
          .getBytes(StandardCharsets.ISO_8859_1);

  private final Path archive;
  private final Path directory;
  private final int port;
  private final List<String> options;
  private @Nullable ServerProcess process;

  private MongoServer(Path archive, Path directory, int port, List<String> options) {
    this.archive = archive;
    this.directory = directory.toAbsolutePath();
    this.port = port;
    this.options = options;
  }

  /** Whether this machine has the server. */
  public static boolean available() {
    return archive().isPresent();
  }

  /**
   * A server that is not started yet.
   *
   * @param directory for the program, its data and its log; what is there is kept
   * @param port of the loopback interface
   * @param options more options of the program, such as {@code --enable-test-commands} for
   *     failCommand, or {@code --standalone} and {@code --auth}
   * @throws ServerMissingException if there is no archive for this machine
   */
  public static MongoServer in(Path directory, int port, String... options) {
    Path archive =
        archive()
            .orElseThrow(
                () ->
                    new ServerMissingException(
                        "MongoDB",
                        "Put %s with the program for %s beside the repository, or name a running"
                                .formatted(FOLDER, machine())
                            + " server by its URI."));
    return new MongoServer(archive, directory, port, List.of(options));
  }

  /** Looks beside the working directory and beside each directory above it. */
  private static Optional<Path> archive() {
    Path below = Path.of("").toAbsolutePath();
    for (Path at = below; at != null; at = at.getParent()) {
      Path folder = at.resolve(FOLDER);
      if (Files.isDirectory(folder)) {
        return archiveIn(folder);
      }
    }
    return Optional.empty();
  }

  private static Optional<Path> archiveIn(Path folder) {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(folder, "secantusd-rs-*-" + machine() + ".tar.xz")) {
      files.forEach(found::add);
    } catch (IOException e) {
      throw new UncheckedIOException("%s cannot be read".formatted(folder), e);
    }
    return found.stream().max(Path::compareTo);
  }

  /** As uname says it. */
  private static String machine() {
    String architecture = System.getProperty("os.arch");
    return architecture.equals("amd64") ? "x86_64" : architecture;
  }

  @Override
  public String uri() {
    String query = options.contains("--standalone") ? "" : "?replicaSet=secantus";
    return "mongodb://127.0.0.1:%d/%s".formatted(port, query);
  }

  @Override
  public synchronized void start() {
    if (process != null && process.alive()) {
      return;
    }
    unpack();
    // No variable but these, since others can relax durability.
    process =
        ServerProcess.start(
                "mongodb",
                directory,
                Map.of("LANG", "C.UTF-8", "SECANTUS_FORCE_DURABLE", "1"),
                command())
            .awaitReady(START, this::answers);
  }

  private List<String> command() {
    List<String> command = new ArrayList<>();
    command.addAll(List.of(program().toString(), "--config", configuration().toString()));
    command.addAll(List.of("--host", "127.0.0.1", "--port", Integer.toString(port)));
    command.addAll(List.of("--storage-path", directory.resolve("data").toString()));
    command.addAll(List.of("--sync-on-commit", "--cache-size", "256M", "--log-file-max", "32MB"));
    command.addAll(List.of("--log-level", "WARNING"));
    command.addAll(options);
    return command;
  }

  private Path program() {
    return directory.resolve("bin/secantusd-rs");
  }

  /** An empty one, so that none is picked up from elsewhere. */
  private Path configuration() {
    try {
      Files.createDirectories(directory.resolve("data"));
      return Files.write(directory.resolve("secantusd.toml"), new byte[0]);
    } catch (IOException e) {
      throw new UncheckedIOException("%s cannot be written to".formatted(directory), e);
    }
  }

  private void unpack() {
    if (Files.isExecutable(program())) {
      return;
    }
    try {
      Path fresh = Files.createDirectories(directory.resolve("bin.new"));
      Program.Ended tar =
          Program.run(
              new ProcessBuilder("tar", "-xJf", archive.toString(), "--strip-components=1", "-m")
                  .directory(fresh.toFile()));
      if (tar.code() != 0) {
        throw new ServerMissingException(
            "MongoDB",
            "%s cannot be unpacked, install tar and xz-utils: %s"
                .formatted(archive, tar.printed()));
      }
      Files.move(fresh, directory.resolve("bin"), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException("%s cannot be unpacked".formatted(archive), e);
    }
  }

  private boolean answers() {
    try (Socket socket = new Socket()) {
      socket.connect(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), port), HELLO_TIMEOUT_MILLIS);
      socket.setSoTimeout(HELLO_TIMEOUT_MILLIS);
      socket.getOutputStream().write(HELLO);
      byte[] header = new byte[16];
      new DataInputStream(socket.getInputStream()).readFully(header);
      return Arrays.equals(header, 12, 16, HELLO, 12, 16);
    } catch (IOException _) {
      return false;
    }
  }

  /** The process that runs or ran last, for its pid and its log. */
  public synchronized ServerProcess process() {
    if (process == null) {
      throw new IllegalStateException("mongodb at %s was never started".formatted(directory));
    }
    return process;
  }

  @Override
  public synchronized List<ServerProcess> processes() {
    return process == null ? List.of() : List.of(process);
  }

  @Override
  public synchronized void stop() {
    if (process != null) {
      process.stop(STOP);
    }
  }

  @Override
  public void kill() {
    process().kill();
  }

  @Override
  public void suspend() {
    process().suspend();
  }

  @Override
  public void resume() {
    process().resume();
  }
}

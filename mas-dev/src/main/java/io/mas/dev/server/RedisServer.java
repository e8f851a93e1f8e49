package io.mas.dev.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One redis-server of Debian. Its settings are in {@code redis.conf} of its directory, written anew
 * by the constructor; what it changes there itself, such as its role, lasts over restarts.
 */
public final class RedisServer implements Server {
  static final String PROGRAM = "redis-server";
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** What is left after a restart. */
  public enum Persistence {
    /** Nothing: a restart is a flush. */
    NONE,
    /** All but the last second (append-only file, synchronised once a second). */
    APPEND_ONLY
  }

  private final Path directory;
  private final int port = ServerProcess.freePort();
  private final List<String> arguments;
  private @Nullable ServerProcess process;

  /**
   * A server that does not run yet.
   *
   * @param directory for its data; made if there is none
   * @param settings further lines of its configuration, such as {@code requirepass secret}
   * @throws ServerMissingException if redis-server is not installed
   */
  public RedisServer(Path directory, Persistence persistence, String... settings) {
    this(
        directory,
        Stream.of(lines(persistence), prompt(), Stream.of(settings)).flatMap(lines -> lines),
        List.of());
  }

  private RedisServer(Path directory, Stream<String> settings, List<String> arguments) {
    this.directory = directory.toAbsolutePath();
    this.arguments = arguments;
    configure(Stream.concat(standing(), settings).toList());
  }

  /** A sentinel, which is the same program in another mode. */
  static RedisServer sentinel(Path directory, String... settings) {
    return new RedisServer(directory, Stream.of(settings), List.of("--sentinel"));
  }

  private static Stream<String> lines(Persistence persistence) {
    return switch (persistence) {
      case NONE -> Stream.of("save \"\"", "appendonly no");
      case APPEND_ONLY -> Stream.of("save \"\"", "appendonly yes");
    };
  }

  /** A primary waits neither for replicas that may come (5 s) nor for those that lag (10 s). */
  private static Stream<String> prompt() {
    return Stream.of("repl-diskless-sync-delay 0", "shutdown-timeout 0");
  }

  private Stream<String> standing() {
    return Stream.of("port " + port, "bind 127.0.0.1", "dir \"" + directory + "\"");
  }

  private Path configuration() {
    return directory.resolve("redis.conf");
  }

  private void configure(List<String> lines) {
    try {
      Files.createDirectories(directory);
      Files.write(configuration(), lines);
    } catch (IOException e) {
      throw new UncheckedIOException("%s cannot be written".formatted(configuration()), e);
    }
  }

  @Override
  public String uri() {
    return "redis://127.0.0.1:" + port;
  }

  /** The port of the loopback interface that it listens on. */
  public int port() {
    return port;
  }

  /** The pid of its process; it must have been started. */
  public synchronized long pid() {
    return running().pid();
  }

  @Override
  public synchronized List<ServerProcess> processes() {
    return process == null ? List.of() : List.of(process);
  }

  private ServerProcess running() {
    if (process == null) {
      throw new IllegalStateException("the Redis of %s was never started".formatted(directory));
    }
    return process;
  }

  /** Whether its process is there; a suspended one is. */
  synchronized boolean runs() {
    return process != null && process.alive();
  }

  @Override
  public synchronized void start() {
    if (runs()) {
      return;
    }
    List<String> command = new ArrayList<>();
    command.add(Program.find(PROGRAM, "Install it: apt-get install redis-server"));
    command.add(configuration().toString());
    command.addAll(arguments);
    process = ServerProcess.start(PROGRAM, directory, Map.of(), command);
    process.awaitReady(PATIENCE, this::answers);
  }

  private boolean answers() {
    try {
      String reply = command("PING");
      return reply.equals("PONG") || reply.startsWith("NOAUTH");
    } catch (UncheckedIOException _) {
      return false;
    }
  }

  /**
   * Sends it one command, without a password.
   *
   * @return the answer or the error as text; of an array, only its head
   * @throws UncheckedIOException if there is no answer within 10 s
   */
  public String command(String... words) {
    return RedisCommand.send(port, words);
  }

  @Override
  public synchronized void stop() {
    if (process != null) {
      process.stop(PATIENCE);
    }
  }

  @Override
  public synchronized void kill() {
    if (process != null) {
      process.kill();
    }
  }

  @Override
  public synchronized void suspend() {
    running().suspend();
  }

  @Override
  public synchronized void resume() {
    running().resume();
  }
}

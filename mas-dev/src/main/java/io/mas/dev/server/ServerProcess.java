package io.mas.dev.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A process that this one has started, and ends by its pid and never otherwise. It ends with this
 * JVM, unless that is killed. Thread-safe.
 */
public final class ServerProcess {
  /** Of a log, so much is told when a start fails. */
  private static final int LOG_TAIL = 3000;

  /** So long may a JVM that hangs take to print its threads into its log. */
  private static final Duration THREAD_DUMP = Duration.ofSeconds(2);

  private static final int MIN_PORT = 12_000;
  private static final int MAX_PORT = 32_000;
  private static final int PORT_TRIES = 100;

  /**
   * Ports are given one after the other, from a random one on: none twice before it is in use, and
   * seldom one that another JVM has just given.
   */
  private static final AtomicInteger NEXT_PORT =
      new AtomicInteger(ThreadLocalRandom.current().nextInt(MIN_PORT, MAX_PORT));

  private static final Set<ServerProcess> RUNNING = ConcurrentHashMap.newKeySet();
  private static final List<Runnable> BEFORE_EXIT = new CopyOnWriteArrayList<>();
  private static final Duration EXIT = Duration.ofSeconds(12);
  private static boolean exiting;

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(ServerProcess::exit, "mas-dev-exit"));
  }

  private final String name;
  private final Path log;
  private final Process process;

  private ServerProcess(String name, Path log, Process process) {
    this.name = name;
    this.log = log;
    this.process = process;
  }

  /**
   * Does something when this JVM is told to end, for at most 12 s; what then still runs is killed.
   */
  public static void beforeExit(Runnable action) {
    BEFORE_EXIT.add(action);
  }

  private static void exit() {
    Thread actions = Thread.ofPlatform().daemon().start(() -> BEFORE_EXIT.forEach(Runnable::run));
    try {
      actions.join(EXIT.toMillis());
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    synchronized (RUNNING) {
      exiting = true;
    }
    RUNNING.forEach(ServerProcess::kill);
  }

  /**
   * Starts a command, in a session of its own: a Ctrl-C in the terminal reaches this JVM alone,
   * which then ends its processes in an order.
   *
   * @param name what to call it in messages
   * @param directory where it runs; made if there is none. What it prints is in {@code name.log}
   *     there
   * @param environment all that it gets, but for PATH
   */
  public static ServerProcess start(
      String name, Path directory, Map<String, String> environment, List<String> command) {
    try {
      Path log = Files.createDirectories(directory).resolve(name + ".log");
      ProcessBuilder builder =
          new ProcessBuilder(Stream.concat(Stream.of("setsid"), command.stream()).toList())
              .directory(directory.toFile())
              .redirectErrorStream(true)
              .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
      builder.environment().keySet().removeIf(variable -> !variable.equals("PATH"));
      builder.environment().putAll(environment);
      synchronized (RUNNING) {
        if (exiting) {
          throw new IllegalStateException("%s is not started: this JVM ends".formatted(name));
        }
        ServerProcess started = new ServerProcess(name, log, builder.start());
        RUNNING.add(started);
        return started;
      }
    } catch (IOException e) {
      throw new UncheckedIOException("%s cannot be started: %s".formatted(name, command), e);
    }
  }

  /**
   * A port of the loopback interface that was free a moment ago, and that this has not given
   * before: the server that it was given for may not listen yet, or be down. It is below those that
   * Linux gives to outgoing connections (32768 and up), one of which would take it meanwhile.
   */
  public static int freePort() {
    @Nullable IOException failure = null;
    for (int i = 0; i < PORT_TRIES; i++) {
      int port = NEXT_PORT.getAndUpdate(last -> last + 1 < MAX_PORT ? last + 1 : MIN_PORT);
      try (ServerSocket _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return port;
      } catch (IOException e) {
        failure = e;
      }
    }
    throw new IllegalStateException("no port of the loopback interface is free", failure);
  }

  /** Whether something accepts connections on a port of the loopback interface. */
  public static boolean listens(int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 500);
      return true;
    } catch (IOException _) {
      return false;
    }
  }

  /**
   * Waits until the process is ready.
   *
   * @throws IllegalStateException if it ends before, or is not ready in time; with the end of its
   *     log
   */
  public ServerProcess awaitReady(Duration patience, BooleanSupplier ready) {
    long deadline = System.nanoTime() + patience.toNanos();
    while (!ready.getAsBoolean()) {
      if (!alive()) {
        throw new IllegalStateException(
            "%s ended with code %d: %s".formatted(name, process.exitValue(), logTail()));
      }
      if (System.nanoTime() > deadline) {
        String said = logTail();
        signal("QUIT"); // a JVM prints what its threads wait for; others end of it
        ended(THREAD_DUMP);
        kill();
        throw new IllegalStateException(
            "%s is not ready after %s, what its threads did is in %s: %s"
                .formatted(name, patience, log, said));
      }
      Waiting.pause();
    }
    return this;
  }

  public String name() {
    return name;
  }

  public long pid() {
    return process.pid();
  }

  public boolean alive() {
    return process.isAlive();
  }

  /** Does something with its exit code, 128 + n after signal n, when it has ended. */
  public void onEnd(IntConsumer action) {
    var _ = process.onExit().thenAccept(ended -> action.accept(ended.exitValue()));
  }

  /** Where what it prints is kept. */
  public Path log() {
    return log;
  }

  /** The end of what it has printed. */
  public String logTail() {
    try {
      String text = new String(Files.readAllBytes(log), StandardCharsets.UTF_8);
      return text.substring(Math.max(0, text.length() - LOG_TAIL));
    } catch (IOException e) {
      return "no log: " + e;
    }
  }

  /** Asks it to stop (SIGTERM), waits, and kills it if it is still there then. */
  public void stop(Duration patience) {
    signal("CONT");
    process.destroy();
    if (!ended(patience)) {
      process.destroyForcibly();
      ended(patience);
    }
    RUNNING.remove(this);
  }

  /** Ends it at once (SIGKILL) and returns when it is gone. */
  public void kill() {
    process.destroyForcibly();
    ended(Duration.ofSeconds(10));
    RUNNING.remove(this);
  }

  /** Lets it hang: it answers nothing, its connections stay (SIGSTOP). */
  public void suspend() {
    signal("STOP");
  }

  /** Lets it go on after {@link #suspend}. */
  public void resume() {
    signal("CONT");
  }

  /** Waits until it has ended; false if it has not after {@code patience}. */
  public boolean ended(Duration patience) {
    try {
      return process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private void signal(String signal) {
    if (!alive()) {
      return;
    }
    try {
      new ProcessBuilder("kill", "-" + signal, Long.toString(pid())).start().waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException("SIG%s cannot be sent to %s".formatted(signal, name), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

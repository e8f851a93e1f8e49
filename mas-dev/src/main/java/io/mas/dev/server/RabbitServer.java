package io.mas.dev.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Debian's rabbitmq-server without systemd, on ports, node name and directories of its own, so that
 * several run on one machine, for any user. Starting takes about 5 s and 150 MB. Thread-safe.
 */
public final class RabbitServer implements Server {
  /** The scripts that do not change the user; those on the PATH do. */
  private static final Path SCRIPTS = Path.of("/usr/lib/rabbitmq/bin");

  private static final Duration START = Duration.ofMinutes(2);
  private static final Duration STOP = Duration.ofSeconds(30);

  /** Says AMQP 0-9-1; a broker that is ready answers with a method frame, whose type is 1. */
  private static final byte[] GREETING = {'A', 'M', 'Q', 'P', 0, 0, 9, 1};

  private static final int METHOD_FRAME = 1;

  private final Path directory;
  private final int port = ServerProcess.freePort();
  private final int distributionPort = ServerProcess.freePort();
  private final int epmdPort = ServerProcess.freePort();
  private @Nullable ServerProcess epmd;
  private @Nullable ServerProcess broker;

  /**
   * A broker that does not run yet.
   *
   * @param directory where its data, log and settings are
   * @throws ServerMissingException if rabbitmq-server is not installed
   */
  public RabbitServer(Path directory) {
    if (!Files.isExecutable(SCRIPTS.resolve("rabbitmq-server"))) {
      throw new ServerMissingException(
          "rabbitmq-server", "Install it: apt-get install rabbitmq-server.");
    }
    this.directory = directory.toAbsolutePath();
  }

  @Override
  public String uri() {
    return "amqp://guest:guest@127.0.0.1:" + port;
  }

  @Override
  public synchronized void start() {
    if (broker != null && broker.alive()) {
      return;
    }
    Map<String, String> environment = configure();
    epmd = startEpmd();
    broker =
        ServerProcess.start(
                "rabbitmq-server",
                directory,
                environment,
                List.of(SCRIPTS.resolve("rabbitmq-server").toString()))
            .awaitReady(START, this::greets);
  }

  /**
   * Erlang's name service. Erlang would start one itself, as a daemon that outlives the broker; as
   * a process of ours it ends with it.
   */
  private ServerProcess startEpmd() {
    if (epmd != null && epmd.alive()) {
      return epmd;
    }
    List<String> command =
        List.of("epmd", "-address", "127.0.0.1", "-port", Integer.toString(epmdPort));
    return ServerProcess.start("epmd", directory, Map.of(), command)
        .awaitReady(START, () -> ServerProcess.listens(epmdPort));
  }

  /** Writes the settings; returns the environment that makes the scripts use nothing else. */
  private Map<String, String> configure() {
    try {
      Files.createDirectories(directory);
      Files.writeString(
          directory.resolve("rabbitmq.conf"),
          """
          listeners.tcp.1 = 127.0.0.1:%d
          disk_free_limit.absolute = 1MB
          log.console = true
          log.file = false
          """
              .formatted(port));
      Files.writeString(directory.resolve("enabled_plugins"), "[].\n");
      Files.writeString(directory.resolve("rabbitmq-env.conf"), "");
    } catch (IOException e) {
      throw new UncheckedIOException("'%s' cannot be written".formatted(directory), e);
    }
    return environment();
  }

  private Map<String, String> environment() {
    Map<String, String> environment = new HashMap<>();
    environment.put("HOME", directory.toString()); // the Erlang cookie is there
    environment.put("LANG", "C.UTF-8");
    environment.put("ERL_EPMD_PORT", Integer.toString(epmdPort));
    // The script becomes the broker, rather than its parent: the pid is the broker's.
    environment.put("RUNNING_UNDER_SYSTEMD", "true");
    environment.put("RABBITMQ_NODENAME", "mas-%d@localhost".formatted(port));
    environment.put("RABBITMQ_DIST_PORT", Integer.toString(distributionPort));
    environment.put(
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", "-kernel inet_dist_use_interface {127,0,0,1}");
    environment.put("RABBITMQ_MNESIA_BASE", directory.resolve("mnesia").toString());
    environment.put("RABBITMQ_LOG_BASE", directory.toString());
    environment.put("RABBITMQ_CONFIG_FILE", directory.resolve("rabbitmq.conf").toString());
    environment.put("RABBITMQ_CONF_ENV_FILE", directory.resolve("rabbitmq-env.conf").toString());
    environment.put(
        "RABBITMQ_ENABLED_PLUGINS_FILE", directory.resolve("enabled_plugins").toString());
    environment.put("RABBITMQ_PID_FILE", directory.resolve("rabbitmq.pid").toString());
    return environment;
  }

  private boolean greets() {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 500);
      socket.setSoTimeout(1000);
      socket.getOutputStream().write(GREETING);
      InputStream in = socket.getInputStream();
      return in.read() == METHOD_FRAME;
    } catch (IOException _) {
      return false;
    }
  }

  @Override
  public synchronized void stop() {
    if (broker != null) {
      broker.stop(STOP);
    }
    killEpmd();
  }

  @Override
  public synchronized void kill() {
    if (broker != null) {
      broker.kill();
    }
    killEpmd();
  }

  private void killEpmd() {
    if (epmd != null) {
      epmd.kill();
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

  /** The pid of the broker; it must have been started. */
  public synchronized long pid() {
    return running().pid();
  }

  @Override
  public synchronized List<ServerProcess> processes() {
    return Stream.of(epmd, broker).filter(Objects::nonNull).toList();
  }

  private ServerProcess running() {
    if (broker == null) {
      throw new IllegalStateException("the RabbitMQ of %s was never started".formatted(directory));
    }
    return broker;
  }

  /** Raises the memory alarm, or ends it: while it lasts the broker reads from no publisher. */
  public void memoryAlarm(boolean raised) {
    control("set_vm_memory_high_watermark", raised ? "0.0000001" : "0.4");
  }

  /**
   * Runs {@code rabbitmqctl} on this broker, which takes about 2 s.
   *
   * @return what it has printed
   * @throws IllegalStateException if it fails
   */
  public String control(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(SCRIPTS.resolve("rabbitmqctl").toString());
    command.add("--quiet");
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(environment());
    try {
      Program.Ended ended = Program.run(builder);
      if (ended.code() != 0) {
        throw new IllegalStateException("rabbitmqctl %s: %s".formatted(command, ended.printed()));
      }
      return ended.printed();
    } catch (IOException e) {
      throw new UncheckedIOException("rabbitmqctl cannot be started", e);
    }
  }
}

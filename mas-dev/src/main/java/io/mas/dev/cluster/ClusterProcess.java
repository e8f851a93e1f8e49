package io.mas.dev.cluster;

import io.mas.dev.options.StartProblem;
import io.mas.dev.server.ServerProcess;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A gateway, a worker or a storage node of a cluster. It keeps its addresses over restarts.
 * Thread-safe.
 */
public final class ClusterProcess {
  /** The slowest machine that was seen took 40 s for all at once. */
  private static final Duration START = Duration.ofMinutes(3);

  private static final Duration STOP = Duration.ofSeconds(5);

  private final String name;
  private final URI address;
  private final URI management;
  private final Path logs;
  private final Map<String, String> environment;
  private final List<String> command;
  private final Watcher watcher;
  private @Nullable ServerProcess process;

  /** What a process is. */
  record Plan(
      String name,
      URI address,
      URI management,
      Path logs,
      Map<String, String> environment,
      List<String> command) {}

  /** Told of the beginning and the end of processes. */
  interface Watcher {
    /** A process was started. */
    void started(ServerProcess process);

    /** A process has ended by itself, with this exit code. */
    void ended(ServerProcess process, int code);
  }

  ClusterProcess(Plan plan, Watcher watcher) {
    this.name = plan.name();
    this.address = plan.address();
    this.management = plan.management();
    this.logs = plan.logs();
    this.environment = plan.environment();
    this.command = plan.command();
    this.watcher = watcher;
  }

  /** Such as {@code gateway-1}. */
  public String name() {
    return name;
  }

  /** Base URI of the API, or of a node's internal API; that of health, if it has no other. */
  public URI address() {
    return address;
  }

  /** Base URI of health and metrics. */
  public URI management() {
    return management;
  }

  /** What it has printed in all its lives. */
  public Path log() {
    return logs.resolve(name + ".log");
  }

  /** Of its last life; it must have been started. */
  public long pid() {
    return running().pid();
  }

  /** Whether it runs, suspended or not. */
  public synchronized boolean alive() {
    return process != null && process.alive();
  }

  private synchronized ServerProcess running() {
    if (process == null) {
      throw new IllegalStateException("%s was never started".formatted(name));
    }
    return process;
  }

  /**
   * Starts it, if it does not run; it serves requests when this returns.
   *
   * @throws StartProblem if it does not come up; its log says why
   */
  public void start() {
    begin();
    awaitReady();
  }

  /** Starts it, if it does not run, and does not wait. */
  synchronized void begin() {
    if (!alive()) {
      ServerProcess started = ServerProcess.start(name, logs, environment, command);
      process = started;
      watcher.started(started);
      started.onEnd(code -> ended(started, code));
    }
  }

  private void awaitReady() {
    try {
      running().awaitReady(START, this::ready);
    } catch (IllegalStateException e) {
      throw new StartProblem(
          "%s cannot start: %s".formatted(name, e.getMessage()),
          "All that it said is in %s".formatted(log()),
          e);
    }
  }

  /** Whether it takes requests. */
  boolean ready() {
    return Endpoint.answers(management.resolve("/readyz"));
  }

  /** Whether nothing that it depends on is missing. */
  boolean healthy() {
    return Endpoint.answers(health());
  }

  /** Why it is not healthy. */
  String trouble() {
    return Endpoint.trouble(health());
  }

  private URI health() {
    return management.resolve("/health");
  }

  private synchronized void ended(ServerProcess which, int code) {
    if (process == which) {
      watcher.ended(which, code);
    }
  }

  /** From now on its end is nothing to tell of. */
  private synchronized @Nullable ServerProcess let() {
    ServerProcess was = process;
    process = null;
    return was;
  }

  /** Stops it, if it runs: requests under way end, a node says that it leaves. */
  public void stop() {
    ServerProcess was = let();
    if (was != null) {
      was.stop(STOP);
    }
  }

  /** Ends it at once, as a crash does (SIGKILL). */
  public void kill() {
    ServerProcess was = let();
    if (was != null) {
      was.kill();
    }
  }

  /** Lets it hang: connections stay, nothing is answered (SIGSTOP). */
  public void suspend() {
    running().suspend();
  }

  /** Lets it go on after {@link #suspend}. */
  public void resume() {
    running().resume();
  }

  /** Stops and starts it. */
  public void restart() {
    stop();
    start();
  }

  @Override
  public String toString() {
    return name;
  }
}

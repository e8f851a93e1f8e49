package io.mas.standalone.chaos;

import io.mas.dev.cluster.ClusterProcess;
import io.mas.dev.cluster.DevCluster;
import io.mas.dev.options.StartProblem;
import io.mas.dev.server.Server;
import io.mas.dev.server.Waiting;
import io.mas.standalone.chaos.Fault.Kind;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** What can be done to the processes and servers of a cluster by signals. */
final class ProcessFaults {
  /** Of a process that cannot start because of another fault, tries are made for so long. */
  private static final Duration START = Duration.ofMinutes(3);

  private final Map<String, Victim> victims = new LinkedHashMap<>();
  private final Consumer<String> log;

  /** What signals are sent to. */
  private interface Victim {
    void start();

    void stop();

    void kill();

    void suspend();

    void resume();
  }

  /**
   * @param log is told of starts that fail
   */
  ProcessFaults(DevCluster cluster, Consumer<String> log) {
    this.log = log;
    cluster.processes().forEach(process -> victims.put(process.name(), victim(process)));
    cluster.servers().forEach((name, server) -> victims.put(name, victim(server)));
  }

  /** The names of all, processes first. */
  List<String> names() {
    return List.copyOf(victims.keySet());
  }

  private Victim victim(String name) {
    Victim victim = victims.get(name);
    if (victim == null) {
      throw new IllegalArgumentException("no process or server is called " + name);
    }
    return victim;
  }

  /** A fault of this kind, which is one of signals. */
  Fault of(Kind kind, String name, Duration length) {
    Victim victim = victim(name);
    return switch (kind) {
      case KILL -> fault(kind, name, length, victim::kill, () -> start(name));
      case STOP -> fault(kind, name, length, victim::stop, () -> start(name));
      case HANG -> fault(kind, name, length, victim::suspend, victim::resume);
      case CUT, REFUSE, BLACKHOLE, ONE_WAY, LATE, SLOW, DAMAGE, EMPTY ->
          throw new IllegalArgumentException(kind + " is nothing that signals do");
    };
  }

  private static Fault fault(
      Kind kind, String name, Duration length, Runnable begin, Runnable end) {
    return new Fault(kind, name, name, Harm.Part.of(name).down(), length, begin, end);
  }

  /**
   * Starts it as whoever runs it would, again and again: what it needs to start may be harmed too.
   */
  void start(String name) {
    Victim victim = victim(name);
    Waiting.until(name + " starts", START, () -> started(name, victim));
  }

  private boolean started(String name, Victim victim) {
    try {
      victim.start();
      return true;
    } catch (StartProblem | IllegalStateException e) {
      log.accept(
          "%s did not start: %s".formatted(name, e.toString().lines().findFirst().orElse("")));
      return false;
    }
  }

  private static Victim victim(ClusterProcess process) {
    return new Victim() {
      @Override
      public void start() {
        process.start();
      }

      @Override
      public void stop() {
        process.stop();
      }

      @Override
      public void kill() {
        process.kill();
      }

      @Override
      public void suspend() {
        process.suspend();
      }

      @Override
      public void resume() {
        process.resume();
      }
    };
  }

  private static Victim victim(Server server) {
    return new Victim() {
      @Override
      public void start() {
        server.start();
      }

      @Override
      public void stop() {
        server.stop();
      }

      @Override
      public void kill() {
        server.kill();
      }

      @Override
      public void suspend() {
        server.suspend();
      }

      @Override
      public void resume() {
        server.resume();
      }
    };
  }
}

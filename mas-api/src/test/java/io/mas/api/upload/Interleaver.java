package io.mas.api.upload;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Runs several processes one step at a time, in an order that a test or a seed decides. A step is
 * one call of a method of an interface that was wrapped by {@link #wrap}; between two steps a
 * process runs freely, and all others stand still. Threads that a process starts are not held up.
 */
final class Interleaver {
  /** No world takes as many steps; one that does goes round in circles. */
  private static final int MAX_STEPS = 5000;

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final ThreadLocal<@Nullable Actor> CURRENT = new ThreadLocal<>();
  private final Map<String, Actor> processes = new LinkedHashMap<>();
  private final List<String> trace = new ArrayList<>();

  /** What a process does. */
  interface Work {
    void run() throws Exception;
  }

  /** One process: runs only when it is let. Guarded by the interleaver. */
  private static final class Actor {
    final String name;
    @Nullable String pending;
    boolean running;
    boolean done;
    @Nullable Throwable failure;

    Actor(String name) {
      this.name = name;
    }
  }

  /** The same object, each of whose methods is a step if a process calls it. */
  <T> T wrap(Class<T> type, T target) {
    Object proxy =
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) -> {
              pause(method.getName());
              try {
                return method.invoke(target, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause() == null ? e : e.getCause();
              }
            });
    return type.cast(proxy);
  }

  private void pause(String operation) throws InterruptedException {
    Actor process = CURRENT.get();
    if (process != null) {
      synchronized (this) {
        process.pending = operation;
        process.running = false;
        notifyAll();
        while (!process.running) {
          wait();
        }
        process.pending = null;
      }
    }
  }

  /** Starts a process; it stands before its first step. */
  void start(String name, Work work) throws Exception {
    Actor process = new Actor(name);
    synchronized (this) {
      processes.put(name, process);
      process.running = true;
    }
    Thread.ofVirtual().name(name).start(() -> run(process, work));
    await(process);
  }

  private void run(Actor process, Work work) {
    CURRENT.set(process);
    Throwable failure = null;
    try {
      work.run();
    } catch (Throwable e) {
      failure = e;
    }
    synchronized (this) {
      process.failure = failure;
      process.done = true;
      process.running = false;
      notifyAll();
    }
  }

  /** Lets a process do one step; returns when it stands before the next, or has ended. */
  void step(String name) throws Exception {
    Actor process = process(name);
    synchronized (this) {
      trace.add(process.name + ":" + process.pending);
      if (trace.size() > MAX_STEPS) {
        throw new IllegalStateException("no end after %d steps; %s".formatted(MAX_STEPS, trace));
      }
      process.running = true;
      notifyAll();
    }
    await(process);
  }

  private synchronized void await(Actor process) throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (process.running) {
      long left = deadline - System.nanoTime();
      if (left <= 0) {
        throw new TimeoutException(process.name + " does not come to its next step; " + trace);
      }
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
    if (process.failure != null) {
      throw new IllegalStateException(process.name + " failed; " + trace, process.failure);
    }
  }

  /**
   * Lets a process run until it stands before a step of this name, the {@code nth} that it meets.
   */
  void runBefore(String name, String operation, int nth) throws Exception {
    int met = 0;
    while (true) {
      if (process(name).done) {
        throw new IllegalStateException(
            "%s ended before its %d. %s; %s".formatted(name, nth, operation, trace));
      }
      if (operation.equals(process(name).pending) && ++met == nth) {
        return;
      }
      step(name);
    }
  }

  /** Lets a process run to its end. */
  void finish(String name) throws Exception {
    while (!process(name).done) {
      step(name);
    }
  }

  /** The step that a process stands before; "" if it has ended. */
  synchronized String pending(String name) {
    String pending = process(name).pending;
    return pending == null ? "" : pending;
  }

  /** How many steps of this name a process has done. */
  synchronized int count(String name, String operation) {
    return Collections.frequency(trace, name + ":" + operation);
  }

  /** Names of the processes that have not ended. */
  synchronized List<String> unfinished() {
    return processes.values().stream().filter(p -> !p.done).map(p -> p.name).toList();
  }

  /** Runs all processes to their ends in a random order, with a check after each step. */
  void runAll(RandomGenerator random, Work check) throws Exception {
    List<String> left = unfinished();
    while (!left.isEmpty()) {
      step(left.get(random.nextInt(left.size())));
      check.run();
      left = unfinished();
    }
  }

  /** The steps so far, for the report of a failure. */
  String trace() {
    return String.join(" ", trace);
  }

  private synchronized Actor process(String name) {
    Actor process = processes.get(name);
    if (process == null) {
      throw new IllegalArgumentException("no process " + name);
    }
    return process;
  }
}

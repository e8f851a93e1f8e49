package io.mas.api.nodes;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Does the same to several nodes at once, each on a virtual thread of its own, and waits for all:
 * no task outlives the call. Each call to a node has a deadline of its own, so that the wait is
 * bounded.
 */
public final class Fanout {
  private Fanout() {}

  /** What is done to one node. */
  public interface Call<T> {
    void on(T item) throws NodeException;
  }

  /**
   * Runs {@code call} on every item.
   *
   * @return the failure of each item, in order; empty = success
   */
  public static <T> List<Optional<NodeException>> each(List<T> items, Call<T> call) {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Optional<NodeException>>> running = new ArrayList<>();
      for (T item : items) {
        running.add(threads.submit(() -> attempt(item, call)));
      }
      return running.stream().map(Fanout::result).toList();
    }
  }

  private static <T> Optional<NodeException> attempt(T item, Call<T> call) {
    try {
      call.on(item);
      return Optional.empty();
    } catch (NodeException e) {
      return Optional.of(e);
    }
  }

  private static Optional<NodeException> result(Future<Optional<NodeException>> running) {
    try {
      return running.get();
    } catch (ExecutionException e) {
      return Optional.of(new NodeException("the call failed: " + e.getCause(), e.getCause()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.of(new NodeException("interrupted while waiting for the node", e));
    }
  }
}

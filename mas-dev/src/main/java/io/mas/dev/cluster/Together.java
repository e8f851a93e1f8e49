package io.mas.dev.cluster;

import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Does several things at once. */
public final class Together {
  private Together() {}

  /** Returns when all are done. When one fails, the others are interrupted, and that is thrown. */
  public static void run(List<Runnable> actions) {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var running = new ExecutorCompletionService<Boolean>(threads);
      for (Runnable action : actions) {
        var _ = running.submit(action, true);
      }
      try {
        for (int i = 0; i < actions.size(); i++) {
          var _ = running.take().get();
        }
      } catch (ExecutionException | InterruptedException e) {
        threads.shutdownNow();
        throw failure(e);
      }
    }
  }

  private static RuntimeException failure(Exception e) {
    if (e instanceof InterruptedException) {
      Thread.currentThread().interrupt();
      return new IllegalStateException("interrupted while processes start or stop", e);
    }
    return e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e);
  }
}

package io.mas.bench.load;

import io.mas.bench.load.MasClient.Refused;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Does one thing with each of many files, over several connections, outside the measurement. */
final class Crew {
  /** A busy store says so; it gets so long to calm down, so often. */
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private static final int TRIES = 10;

  private Crew() {}

  /** One thing. */
  interface Task {
    MasClient.Timing apply(MasClient client, FileToSend file) throws IOException, Refused;
  }

  /**
   * Does it with all files.
   *
   * @throws LoadProblem if one fails in spite of all tries
   */
  static void each(int clients, Target target, List<FileToSend> files, Task task)
      throws InterruptedException {
    Supply supply = new Supply(files);
    try (ExecutorService executor = Executors.newFixedThreadPool(clients)) {
      List<Future<?>> all =
          Stream.generate(() -> executor.submit(() -> work(target, supply, task)))
              .limit(clients)
              .<Future<?>>map(future -> future)
              .toList();
      for (Future<?> future : all) {
        try {
          future.get();
        } catch (ExecutionException e) {
          executor.shutdownNow();
          throw e.getCause() instanceof LoadProblem problem
              ? problem
              : new LoadProblem("the store cannot be used: " + e.getCause(), e);
        }
      }
    }
  }

  private static @Nullable Void work(Target target, Supply supply, Task task)
      throws IOException, Refused, InterruptedException {
    FileToSend file = supply.next();
    int tries = 0;
    while (file != null) {
      try (MasClient client = new MasClient(target, new Totals())) {
        while (file != null) {
          var _ = task.apply(client, file);
          tries = 0;
          file = supply.next();
        }
      } catch (IOException | Refused e) {
        if (++tries == TRIES) {
          throw e;
        }
        Thread.sleep(PAUSE);
      }
    }
    return null;
  }
}

package io.mas.node.disk;

import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The platform threads that all file I/O of a node runs on. Nobody interrupts them: an interrupt in
 * the middle of an operation would close the channel under every other user of the file
 * (java.nio.channels.InterruptibleChannel), and request threads are not ours to vouch for. Their
 * number bounds how many operations the disk sees at once; callers wait in line.
 */
public final class DiskThreads implements AutoCloseable {
  /** An idle thread goes after this long, seconds. */
  private static final long IDLE_SECONDS = 30;

  private final ExecutorService pool;

  /**
   * @param name what the threads are called after
   * @param threads how many operations may run at once
   */
  public DiskThreads(String name, int threads) {
    var executor =
        new ThreadPoolExecutor(
            threads,
            threads,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(), // as long as there are callers, who each wait for one task
            Thread.ofPlatform().name(name + "-disk-", 0).daemon().factory());
    executor.allowCoreThreadTimeOut(true);
    pool = executor;
  }

  /**
   * Runs a task on one of the threads and waits for it to end, even when the caller is interrupted
   * meanwhile; the interrupt is kept for the caller.
   *
   * @throws IOException what the task threw
   */
  public <T> T call(Callable<T> task) throws IOException {
    try {
      return await(pool.submit(task));
    } catch (RejectedExecutionException e) {
      throw new IOException("the volume is closed", e);
    }
  }

  private static <T> T await(Future<T> future) throws IOException {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return future.get();
        } catch (InterruptedException _) {
          interrupted = true;
        } catch (ExecutionException e) {
          throw thrownBy(e.getCause());
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static IOException thrownBy(@Nullable Throwable cause) {
    return switch (cause) {
      case IOException e -> e;
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case null, default -> new IOException(cause);
    };
  }

  /** Waits for what runs to end, however long that takes; what comes later is refused. */
  @Override
  public void close() {
    pool.shutdown();
    boolean interrupted = false;
    boolean ended = false;
    while (!ended) {
      try {
        ended = pool.awaitTermination(1, TimeUnit.MINUTES);
      } catch (InterruptedException _) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}

package io.mas.node.disk;

import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The platform threads that all file I/O of a node runs on. Nobody interrupts them: an interrupt in
 * the middle of an operation would close the channel under every other user of the file
 * (java.nio.channels.InterruptibleChannel), and request threads are not ours to vouch for. Their
 * number bounds how many operations the disk sees at once, and as many in the background; callers
 * wait in line.
 */
public final class DiskThreads implements AutoCloseable {
  /** An idle thread goes after this long, seconds. */
  private static final long IDLE_SECONDS = 30;

  /** Bound where a task of the background runs. */
  private static final ScopedValue<Boolean> IN_BACKGROUND = ScopedValue.newInstance();

  private final ExecutorService pool;
  private final ExecutorService background;

  /** Tells those who wait for the background: one thread, which is there from the beginning. */
  private final ThreadPoolExecutor relay;

  /**
   * @param name what the threads are called after
   * @param threads how many operations may run at once, and as many in the background
   * @param background makes the threads for those
   */
  public DiskThreads(String name, int threads, ThreadFactory background) {
    this.pool = pool(threads, Thread.ofPlatform().name(name + "-disk-", 0).daemon().factory());
    this.background = pool(threads, background);
    this.relay =
        new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(), // as long as there are callers of the background
            Thread.ofPlatform().name(name + "-relay").daemon().factory());
    int _ = relay.prestartAllCoreThreads();
  }

  private static ExecutorService pool(int threads, ThreadFactory factory) {
    var executor =
        new ThreadPoolExecutor(
            threads,
            threads,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(), // as long as there are callers, who each wait for one task
            factory);
    executor.allowCoreThreadTimeOut(true);
    return executor;
  }

  /**
   * Runs a task on one of the threads and waits for it to end, even when the caller is interrupted
   * meanwhile; the interrupt is kept for the caller.
   *
   * @throws IOException what the task threw
   */
  public <T> T call(Callable<T> task) throws IOException {
    if (IN_BACKGROUND.isBound()) {
      return await(ran(task));
    }
    try {
      return await(pool.submit(task));
    } catch (RejectedExecutionException e) {
      throw closed(e);
    }
  }

  private static <T> Future<T> ran(Callable<T> task) {
    var here = new FutureTask<>(task);
    here.run();
    return here;
  }

  private static IOException closed(RejectedExecutionException cause) {
    return new IOException("the volume is closed", cause);
  }

  /**
   * The same on a thread of the background; what the task calls here in its turn runs on it too.
   * Another thread tells the caller: a thread is as nice as the one that makes it, and who wakes a
   * virtual thread may make its carrier.
   *
   * @throws IOException what the task threw
   */
  public <T> T inBackground(Callable<T> task) throws IOException {
    if (IN_BACKGROUND.isBound()) {
      return await(ran(task));
    }
    var ended = new CompletableFuture<Future<T>>();
    try {
      background.execute(
          () -> {
            Future<T> here = ScopedValue.where(IN_BACKGROUND, true).call(() -> ran(task));
            relay.execute(() -> ended.complete(here));
          });
    } catch (RejectedExecutionException e) {
      throw closed(e);
    }
    return await(await(ended));
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
    background.shutdown();
    pool.shutdown();
    boolean interrupted = false;
    boolean ended = false;
    while (!ended) {
      try {
        ended =
            background.awaitTermination(1, TimeUnit.MINUTES)
                && pool.awaitTermination(1, TimeUnit.MINUTES);
      } catch (InterruptedException _) {
        interrupted = true;
      }
    }
    relay.shutdown();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}

package io.mas.api.block;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * The platform threads that hash, compress and code: one for each core, so that CPU-heavy work
 * never holds the carriers of the virtual threads that move bytes. Its queue is bounded by the
 * buffers that the work needs. Thread-safe.
 */
public final class CpuPool implements AutoCloseable {
  private final ExecutorService threads;

  public CpuPool(int size) {
    threads =
        Executors.newFixedThreadPool(
            size, Thread.ofPlatform().daemon().name("mas-cpu-", 0).factory());
  }

  /** Runs {@code work} on the pool. */
  public <T> CompletableFuture<T> submit(Callable<T> work) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return work.call();
          } catch (RuntimeException e) {
            throw e;
          } catch (Exception e) {
            throw new CompletionException(e);
          }
        },
        threads);
  }

  /** Runs {@code work} on the pool when {@code before} is done. */
  public CompletableFuture<Void> then(CompletableFuture<Void> before, Runnable work) {
    return before.thenRunAsync(work, threads);
  }

  @Override
  public void close() {
    threads.shutdown();
    try {
      if (!threads.awaitTermination(10, TimeUnit.SECONDS)) {
        threads.shutdownNow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

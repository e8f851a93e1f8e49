package io.mas.standalone;

import io.mas.common.error.ErrorCode;
import io.mas.standalone.MasClient.Answer;
import io.mas.standalone.MasClient.Download;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * A request of a test of outages, and what became of it.
 *
 * @param what it was, for people
 * @param code of the envelope, 200 for bytes
 * @param retryAfter whether the answer says when to try again
 * @param took to the last byte of the answer
 */
record Tried(String what, int status, int code, boolean retryAfter, Duration took) {

  static Tried answer(String what, Supplier<Answer> request) {
    long begin = System.nanoTime();
    Answer answer = request.get();
    boolean retryAfter = answer.headers().firstValue("Retry-After").isPresent();
    return new Tried(what, answer.status(), answer.code(), retryAfter, since(begin));
  }

  static Tried download(String what, Supplier<Download> request) {
    long begin = System.nanoTime();
    Download download = request.get();
    boolean retryAfter = download.headers().firstValue("Retry-After").isPresent();
    return new Tried(what, download.status(), download.code(), retryAfter, since(begin));
  }

  /** All of them at the same time. */
  static List<Tried> atOnce(List<Supplier<Tried>> requests) {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<CompletableFuture<Tried>> sent =
          requests.stream()
              .map(request -> CompletableFuture.supplyAsync(request, threads))
              .toList();
      return sent.stream().map(CompletableFuture::join).toList();
    }
  }

  static Duration slowest(List<Tried> tried) {
    return tried.stream().map(Tried::took).max(Duration::compareTo).orElseThrow();
  }

  static Duration since(long nanoTime) {
    return Duration.ofNanos(System.nanoTime() - nanoTime);
  }

  /** For people, such as {@code 0.52 s}. */
  static String seconds(Duration time) {
    return "%.2f s".formatted(time.toMillis() / 1e3);
  }

  boolean is(ErrorCode error) {
    return status == error.httpStatus() && code == error.code();
  }

  @Override
  public String toString() {
    return "%s: %d/%d after %d ms".formatted(what, status, code, took.toMillis());
  }
}

package io.mas.api.status;

import io.mas.common.error.MasException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Something that is asked of the database, by one thread at a time however many want to know:
 * whoever asks while an answer is under way gets that one. So a database that hangs costs one
 * thread, and one that is slow is not asked more often because of it. Thread-safe.
 */
final class Question<T> {
  private static final Logger LOG = LoggerFactory.getLogger(Question.class);

  private final String name;
  private final Supplier<T> asked;
  private @Nullable CompletableFuture<Answer<T>> underWay;

  /**
   * What came of it.
   *
   * @param value null if it could not be learnt
   * @param why it could not; "" if it could
   */
  record Answer<T>(@Nullable T value, String why) {}

  Question(String name, Supplier<T> asked) {
    this.name = name;
    this.asked = asked;
  }

  String name() {
    return name;
  }

  /** The answer, which is under way when this returns. */
  synchronized CompletableFuture<Answer<T>> ask() {
    if (underWay == null) {
      var answer = new CompletableFuture<Answer<T>>();
      underWay = answer;
      Thread.ofVirtual().name("mas-status-" + name).start(() -> run(answer));
    }
    return underWay;
  }

  private void run(CompletableFuture<Answer<T>> to) {
    Answer<T> answer = new Answer<>(null, "it failed, the log of the gateway says why");
    try {
      answer = new Answer<>(asked.get(), "");
    } catch (MasException e) {
      answer = new Answer<>(null, String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      LOG.error("cannot tell of {}", name, e);
    } finally {
      ended();
      to.complete(answer);
    }
  }

  private synchronized void ended() {
    underWay = null;
  }
}

package io.mas.standalone;

import io.mas.standalone.MasClient.Download;
import java.util.Optional;

/**
 * A file of one client, who alone changes it, and what that client knows of it. Others may read.
 * Thread-safe.
 */
final class KnownFile {
  /** What the store must, must not, or may answer. */
  enum State {
    ABSENT,
    STORED,
    UNKNOWN
  }

  /**
   * What is known at a time.
   *
   * @param change counts the changes, so that a reader notices those that overlap its reading
   */
  record Knowledge(State state, int change) {}

  private static final int NO_SUCH_FILE = 5407;
  private static final int NOT_FINISHED = 5413;

  private final Content content;
  private volatile Knowledge knowledge = new Knowledge(State.ABSENT, 0);

  KnownFile(Content content) {
    this.content = content;
  }

  Content content() {
    return content;
  }

  Knowledge knowledge() {
    return knowledge;
  }

  State state() {
    return knowledge.state();
  }

  /** An upload or delete is sent: from now on either answer may come. */
  void invoked() {
    become(State.UNKNOWN);
  }

  /** An upload or delete was acknowledged. */
  void acknowledged(State state) {
    become(state);
  }

  private void become(State state) {
    knowledge = new Knowledge(state, knowledge.change() + 1);
  }

  /**
   * Judges a download that began when {@code before} was known: what is wrong with it, empty if
   * nothing. One that broke off, or was refused for now, says nothing.
   */
  Optional<String> verdict(Knowledge before, Download download) {
    boolean bytes = download.code() == 200;
    boolean steady = before.equals(knowledge);
    if (bytes && download.whole() && !download.is(content)) {
      return Optional.of(problem("wrong or partial bytes", before, download));
    }
    if (steady && bytes && before.state() == State.ABSENT) {
      return Optional.of(problem("a deleted file is read", before, download));
    }
    boolean gone = download.code() == NO_SUCH_FILE || download.code() == NOT_FINISHED;
    if (steady && gone && before.state() == State.STORED) {
      return Optional.of(problem("an acknowledged file is lost", before, download));
    }
    return Optional.empty();
  }

  /** The same for a store that nobody disturbs: it has to give one of the answers that may be. */
  Optional<String> quietVerdict(Download download) {
    boolean answer =
        (download.code() == 200 && download.whole())
            || download.code() == NO_SUCH_FILE
            || download.code() == NOT_FINISHED;
    return answer
        ? verdict(knowledge, download)
        : Optional.of(problem("no answer", knowledge, download));
  }

  private String problem(String what, Knowledge known, Download download) {
    return "%s: %s %s, known as %s: %s".formatted(what, content, content.hash(), known, download);
  }
}

package io.mas.bench.load;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Files, each given out once. Thread-safe. */
final class Supply {
  private final List<FileToSend> files;
  private final AtomicInteger next = new AtomicInteger();

  Supply(List<FileToSend> files) {
    this.files = files;
  }

  /** The next file, or null when there is none left. */
  @Nullable FileToSend next() {
    int index = next.getAndUpdate(i -> Math.min(i + 1, files.size()));
    return index < files.size() ? files.get(index) : null;
  }
}

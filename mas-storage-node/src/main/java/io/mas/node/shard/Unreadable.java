package io.mas.node.shard;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of a page that cannot be read. One bad sector must not hide all that follows, and keep
 * the collection of the whole cluster waiting; but where nothing at all can be read, the disk is
 * bad, and is not to look empty. Used by one thread.
 */
final class Unreadable {
  private static final Logger LOG = LoggerFactory.getLogger(Unreadable.class);

  private int count;
  private @Nullable IOException last;

  /** Reads something of a file. */
  interface Reading<T> {
    /** Reads. */
    @Nullable T read() throws IOException;
  }

  /** What is read; null, and counted, if that fails. */
  <T> @Nullable T unless(String path, Reading<T> reading) {
    try {
      return reading.read();
    } catch (IOException e) {
      LOG.warn("'{}' cannot be read and is left out: {}", path, e.toString());
      count++;
      last = e;
      return null;
    }
  }

  int count() {
    return count;
  }

  /** Throws what happened last if none of so many could be read. */
  void refuseAll(int files) throws IOException {
    if (last != null && count == files) {
      throw last;
    }
  }
}

package io.mas.api.object;

import io.mas.common.object.ByteRange;
import java.io.IOException;
import java.io.OutputStream;

/** A file opened for reading; the same bytes for as long as it is held. Thread-safe. */
public interface StoredFile {

  FileInfo info();

  /**
   * Makes sure that the first block of the range can be had, so that a failure can still be
   * answered with a status; the block is kept for {@link Reading#copy}.
   *
   * @throws io.mas.common.error.MasException TOO_FEW_SHARDS
   */
  Reading read(ByteRange range);

  /** A range under way; closing it gives its buffers back. Used by one thread. */
  interface Reading extends AutoCloseable {

    /**
     * Writes the range to {@code out}, every byte verified before it is written.
     *
     * @throws IOException if {@code out} fails
     * @throws io.mas.common.error.MasException TOO_FEW_SHARDS or DOWNLOAD_BROKE_OFF; the connection
     *     is then to be aborted, never completed
     */
    void copy(OutputStream out) throws IOException;

    @Override
    void close();
  }
}

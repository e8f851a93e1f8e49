package io.mas.node.disk;

import java.io.IOException;
import java.nio.ByteBuffer;

/** An open file. Reads and writes name their place, so several threads may use one file. */
public interface DiskFile extends AutoCloseable {

  /**
   * Reads into {@code target} from {@code position}, fewer bytes than asked only at the file's end.
   *
   * @return the number of bytes read, 0 at or behind the end
   */
  int read(ByteBuffer target, long position) throws IOException;

  /** Writes all of {@code source} at {@code position}; the file grows as needed. */
  void write(ByteBuffer source, long position) throws IOException;

  /** Makes the file's bytes and length survive a crash. */
  void force() throws IOException;

  /** Cuts the file at {@code length}, which is not more than its length. */
  void truncate(long length) throws IOException;

  /** Bytes in the file. */
  long size() throws IOException;

  @Override
  void close() throws IOException;
}

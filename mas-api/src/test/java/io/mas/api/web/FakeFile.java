package io.mas.api.web;

import io.mas.api.object.FileInfo;
import io.mas.api.object.StoredFile;
import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import io.mas.common.object.ByteRange;
import io.mas.common.object.ObjectHash;
import java.io.IOException;
import java.io.OutputStream;

/**
 * A file of a pattern of bytes, of which those from {@code lost} on cannot be had.
 *
 * @param info the file
 * @param lost offset of the first byte that is lost
 */
record FakeFile(FileInfo info, long lost) implements StoredFile {
  private static final int BLOCK = 1024;

  static final ObjectHash HASH = new ObjectHash("0123456789abcdef".repeat(4));

  static FakeFile of(String name, long size, long lost) {
    return new FakeFile(new FileInfo(HASH, size, name, true, 1_790_000_000), lost);
  }

  static byte at(long offset) {
    return (byte) (offset * 31 + offset / 251);
  }

  static byte[] bytes(long from, long to) {
    byte[] bytes = new byte[(int) (to - from)];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = at(from + i);
    }
    return bytes;
  }

  @Override
  public Reading read(ByteRange range) {
    requireThere(range.offset());
    return new Reading() {
      @Override
      public void copy(OutputStream out) throws IOException {
        for (long at = range.offset(); at < range.end(); at += BLOCK) {
          requireThere(at);
          out.write(bytes(at, Math.min(at + BLOCK, range.end())));
        }
      }

      @Override
      public void close() {}
    };
  }

  private void requireThere(long offset) {
    if (offset >= lost) {
      throw new MasException(
          ErrorCode.TOO_FEW_SHARDS, "block %d has too few shards".formatted(offset));
    }
  }
}

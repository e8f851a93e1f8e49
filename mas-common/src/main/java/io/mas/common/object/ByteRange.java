package io.mas.common.object;

/**
 * A range of a file's bytes.
 *
 * @param offset of the first byte
 * @param length in bytes, may be 0
 */
public record ByteRange(long offset, long length) {
  public ByteRange {
    if (offset < 0 || length < 0) {
      throw new IllegalArgumentException(
          "range of %d bytes from %d, expected neither negative".formatted(length, offset));
    }
  }

  /** The offset of the first byte behind the range. */
  public long end() {
    return offset + length;
  }
}

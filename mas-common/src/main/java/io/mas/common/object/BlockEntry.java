package io.mas.common.object;

/**
 * One row of an extent's block table.
 *
 * @param rawLength bytes of the block as the client sent it, at least 1
 * @param storedLength bytes of its stored form, before it is cut into shards
 * @param compression how the stored form came about
 * @param crc CRC32C of the raw block
 */
public record BlockEntry(int rawLength, int storedLength, Compression compression, int crc) {
  public BlockEntry {
    if (rawLength < 1 || rawLength > Layout.MAX_BLOCK_SIZE) {
      throw new IllegalArgumentException(
          "raw length %d, expected 1 to %d".formatted(rawLength, Layout.MAX_BLOCK_SIZE));
    }
    if (storedLength < 1 || storedLength > rawLength) {
      throw new IllegalArgumentException(
          "stored length %d, expected 1 to the raw length %d".formatted(storedLength, rawLength));
    }
    if (compression == Compression.RAW && storedLength != rawLength) {
      throw new IllegalArgumentException(
          "stored length %d of a raw block of %d".formatted(storedLength, rawLength));
    }
  }
}

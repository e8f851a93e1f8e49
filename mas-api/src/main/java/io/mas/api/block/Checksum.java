package io.mas.api.block;

import java.lang.foreign.MemorySegment;
import java.util.zip.CRC32C;

/** CRC32C (RFC 3720, appendix B.4) of off-heap memory. */
public final class Checksum {
  private Checksum() {}

  public static int crc32c(MemorySegment memory) {
    CRC32C crc = new CRC32C();
    crc.update(memory.asByteBuffer());
    return (int) crc.getValue();
  }
}

package io.mas.common.object;

import java.time.Instant;
import java.util.HexFormat;
import java.util.random.RandomGenerator;

/**
 * The id of a part: 128 bits, of which the first 48 are the milliseconds of its birth and the rest
 * is random, in the layout of a UUID version 7 (RFC 9562, section 5.7). Ids sort by time of birth.
 *
 * @param high time, version and 12 random bits
 * @param low variant and 62 random bits
 */
public record PartId(long high, long low) implements Comparable<PartId> {

  /** A new id, born at {@code now}. */
  public static PartId create(Instant now, RandomGenerator random) {
    long high = (now.toEpochMilli() << 16) | 0x7000L | (random.nextLong() & 0x0fffL);
    long low = (random.nextLong() & 0x3fffffffffffffffL) | 0x8000000000000000L;
    return new PartId(high, low);
  }

  /** Reads what {@link #toString} wrote: 32 hexadecimal digits. */
  public static PartId parse(String hex) {
    if (hex.length() != 32) {
      throw new IllegalArgumentException(
          "part id of %d characters, expected 32 hexadecimal digits".formatted(hex.length()));
    }
    return new PartId(
        HexFormat.fromHexDigitsToLong(hex, 0, 16), HexFormat.fromHexDigitsToLong(hex, 16, 32));
  }

  /** When the part was begun, to the millisecond, by the clock of the gateway that began it. */
  public Instant born() {
    return Instant.ofEpochMilli(high >>> 16);
  }

  @Override
  public int compareTo(PartId other) {
    int byHigh = Long.compareUnsigned(high, other.high);
    return byHigh != 0 ? byHigh : Long.compareUnsigned(low, other.low);
  }

  @Override
  public String toString() {
    return HexFormat.of().toHexDigits(high) + HexFormat.of().toHexDigits(low);
  }
}

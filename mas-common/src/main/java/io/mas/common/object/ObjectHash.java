package io.mas.common.object;

import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * The SHA-256 of a file's content, which is the file's name.
 *
 * @param hex 64 lower-case hexadecimal digits
 */
public record ObjectHash(String hex) implements Comparable<ObjectHash> {
  private static final Pattern HEX = Pattern.compile("[0-9a-f]{64}");

  public ObjectHash {
    if (!HEX.matcher(hex).matches()) {
      throw new IllegalArgumentException(
          "hash of %d characters, expected 64 lower-case hexadecimal digits"
              .formatted(hex.length()));
    }
  }

  /** The hash with these 32 bytes. */
  public static ObjectHash of(byte[] sha256) {
    return new ObjectHash(HexFormat.of().formatHex(sha256));
  }

  /** The 32 bytes, a new array each time. */
  public byte[] bytes() {
    return HexFormat.of().parseHex(hex);
  }

  @Override
  public int compareTo(ObjectHash other) {
    return hex.compareTo(other.hex);
  }

  @Override
  public String toString() {
    return hex;
  }
}

package io.mas.common.object;

/** The stored form of a block. The number is format: it is written to disk and never changes. */
public enum Compression {
  /** The block as it came. */
  RAW(0),
  /** One zstd frame (RFC 8878). */
  ZSTD(1);

  private final int number;

  Compression(int number) {
    this.number = number;
  }

  public int number() {
    return number;
  }

  /** The compression with this number. */
  public static Compression of(int number) {
    return switch (number) {
      case 0 -> RAW;
      case 1 -> ZSTD;
      default ->
          throw new IllegalArgumentException(
              "compression " + number + ", expected 0 (raw) or 1 (zstd)");
    };
  }
}

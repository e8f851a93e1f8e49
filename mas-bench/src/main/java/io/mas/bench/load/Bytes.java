package io.mas.bench.load;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Numbers of bytes as people write them. */
final class Bytes {
  static final long MIB = 1L << 20;
  static final double GIB = 1L << 30;

  private static final Pattern SIZE = Pattern.compile("(\\d{1,12})(|B|KiB|MiB|GiB)");

  private Bytes() {}

  /**
   * Reads a size.
   *
   * @param text such as {@code 500}, {@code 16KiB}, {@code 1MiB}, {@code 2GiB}
   */
  static long parse(String text) {
    Matcher matcher = SIZE.matcher(text);
    if (!matcher.matches()) {
      throw new LoadProblem("'%s' is no size, expected such as 16KiB or 1MiB".formatted(text));
    }
    int shift =
        switch (matcher.group(2)) {
          case "KiB" -> 10;
          case "MiB" -> 20;
          case "GiB" -> 30;
          default -> 0;
        };
    return Math.multiplyExact(Long.parseLong(matcher.group(1)), 1L << shift);
  }

  /** The shortest exact form. */
  static String format(long bytes) {
    for (int i = 3; i > 0; i--) {
      if (bytes != 0 && bytes % (1L << (10 * i)) == 0) {
        return String.format(Locale.ROOT, "%d%ciB", bytes >> (10 * i), " KMG".charAt(i));
      }
    }
    return bytes + "B";
  }
}

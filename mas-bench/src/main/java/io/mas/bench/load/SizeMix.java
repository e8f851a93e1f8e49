package io.mas.bench.load;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * How large files are.
 *
 * @param shares parts of the whole, in percent of the files, 100 together
 */
record SizeMix(List<Share> shares) {
  private static final double ROUNDING = 1e-6;

  /**
   * Files of one size.
   *
   * @param percent of all files, above 0
   * @param size in bytes
   */
  record Share(double percent, long size) {}

  SizeMix {
    shares = List.copyOf(shares);
    double sum = shares.stream().mapToDouble(Share::percent).sum();
    boolean positive = shares.stream().allMatch(share -> share.percent > 0 && share.size >= 0);
    if (!positive || Math.abs(sum - 100) > ROUNDING) {
      throw new LoadProblem(
          "the shares of sizes are %s %% together, expected 100 and each above 0".formatted(sum));
    }
  }

  /**
   * Reads a distribution.
   *
   * @param text {@code 1MiB}, or {@code 70%:16KiB,25%:1MiB,5%:64MiB}
   */
  static SizeMix parse(String text) {
    if (!text.contains("%")) {
      return new SizeMix(List.of(new Share(100, Bytes.parse(text))));
    }
    List<Share> shares = new ArrayList<>();
    for (String part : text.split(",", -1)) {
      String[] both = part.split("%:", -1);
      if (both.length != 2) {
        throw new LoadProblem("'%s' is no share of sizes, expected 70%%:16KiB".formatted(part));
      }
      shares.add(new Share(percent(both[0]), Bytes.parse(both[1])));
    }
    return new SizeMix(shares);
  }

  private static double percent(String text) {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw new LoadProblem("'%s' is no number of percent".formatted(text), e);
    }
  }

  /** The size of the next file. */
  long next(RandomGenerator random) {
    double at = random.nextDouble() * 100;
    for (Share share : shares) {
      at -= share.percent;
      if (at < 0) {
        return share.size;
      }
    }
    return shares.getLast().size;
  }

  @Override
  public String toString() {
    return shares.size() == 1
        ? Bytes.format(shares.getFirst().size)
        : shares.stream()
            .map(s -> String.format(Locale.ROOT, "%s%%:%s", s.percent, Bytes.format(s.size)))
            .collect(Collectors.joining(","));
  }
}

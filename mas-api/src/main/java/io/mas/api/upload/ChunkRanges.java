package io.mas.api.upload;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;

/** Sets of chunk numbers, written as clients see them: {@code 1-14,17}. */
final class ChunkRanges {
  private ChunkRanges() {}

  /** Writes ascending numbers as ranges; "" for none. */
  static String of(List<Integer> ascending) {
    List<String> ranges = new ArrayList<>();
    int at = 0;
    while (at < ascending.size()) {
      int from = ascending.get(at);
      int to = from;
      while (at + 1 < ascending.size() && ascending.get(at + 1) == to + 1) {
        at++;
        to++;
      }
      ranges.add(from == to ? Integer.toString(from) : from + "-" + to);
      at++;
    }
    return String.join(",", ranges);
  }

  /** The numbers 1 to {@code last} that are not among {@code ascending}. */
  static List<Integer> missing(List<Integer> ascending, int last) {
    List<Integer> missing = new ArrayList<>();
    IntStream.rangeClosed(1, last).forEach(missing::add);
    missing.removeAll(new HashSet<>(ascending));
    return missing;
  }
}

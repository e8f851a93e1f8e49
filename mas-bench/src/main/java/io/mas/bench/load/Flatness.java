package io.mas.bench.load;

import java.util.ArrayList;
import java.util.List;

/** Whether the warm-up has reached a steady rate: the last windows are within a tenth. */
final class Flatness {
  static final int WINDOWS = 3;
  static final double SPREAD = 1.10;

  private final List<Double> rates = new ArrayList<>();

  /** Adds the rate of a window, in any unit. */
  void add(double rate) {
    rates.add(rate);
  }

  boolean reached() {
    if (rates.size() < WINDOWS) {
      return false;
    }
    List<Double> last = rates.subList(rates.size() - WINDOWS, rates.size());
    double lowest = last.stream().mapToDouble(rate -> rate).min().orElseThrow();
    double highest = last.stream().mapToDouble(rate -> rate).max().orElseThrow();
    return lowest > 0 && highest <= lowest * SPREAD;
  }

  /** The rates of all windows, oldest first. */
  List<Double> rates() {
    return List.copyOf(rates);
  }
}

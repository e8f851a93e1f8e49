package io.mas.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class FlatnessTest {
  private static boolean flat(double... rates) {
    Flatness flatness = new Flatness();
    DoubleStream.of(rates).forEach(flatness::add);
    return flatness.reached();
  }

  @Test
  void fewerThanThreeWindowsAreNotFlat() {
    assertThat(flat(100, 100)).isFalse();
  }

  @Test
  void threeWindowsWithinATenthAreFlat() {
    assertThat(flat(100, 110, 105)).isTrue();
  }

  @Test
  void threeWindowsFurtherApartAreNot() {
    assertThat(flat(100, 111, 105)).isFalse();
  }

  @Test
  void onlyTheLastThreeCount() {
    assertThat(flat(10, 50, 100, 101, 102)).isTrue();
  }

  @Test
  void nothingMovingIsNotFlat() {
    assertThat(flat(0, 0, 0)).isFalse();
  }
}

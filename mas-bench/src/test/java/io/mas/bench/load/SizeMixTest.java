package io.mas.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SizeMixTest {
  @ParameterizedTest
  @CsvSource({"0,0", "500,500", "7B,7", "16KiB,16384", "1MiB,1048576", "2GiB,2147483648"})
  void sizesAreReadInBinaryUnits(String text, long bytes) {
    assertThat(Bytes.parse(text)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @CsvSource({"0,0B", "1500,1500B", "16384,16KiB", "1048576,1MiB", "3145728,3MiB"})
  void sizesAreWrittenExactly(long bytes, String text) {
    assertThat(Bytes.format(bytes)).isEqualTo(text);
  }

  @Test
  void oneSizeIsAllFiles() {
    SizeMix mix = SizeMix.parse("1MiB");
    assertThat(mix.next(new SplittableRandom(1))).isEqualTo(1 << 20);
  }

  @Test
  void sharesAreDrawnAsOftenAsAsked() {
    SizeMix mix = SizeMix.parse("70%:16KiB,25%:1MiB,5%:64MiB");
    SplittableRandom random = new SplittableRandom(1);
    List<Long> drawn = random.longs(100_000).map(_ -> mix.next(random)).boxed().toList();
    assertThat(share(drawn, 16 << 10)).isCloseTo(0.70, within(0.01));
    assertThat(share(drawn, 1 << 20)).isCloseTo(0.25, within(0.01));
    assertThat(share(drawn, 64 << 20)).isCloseTo(0.05, within(0.01));
  }

  private static double share(List<Long> drawn, long size) {
    return drawn.stream().filter(one -> one == size).count() / (double) drawn.size();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "1MB",
        "-1",
        "70%:1MiB",
        "70%:1MiB,40%:2MiB",
        "0%:1,100%:2",
        "x%:1",
        "100%1",
        "NaN%:1"
      })
  void nonsenseIsRefused(String text) {
    assertThatThrownBy(() -> SizeMix.parse(text)).isInstanceOf(LoadProblem.class);
  }
}

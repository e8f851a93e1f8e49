package io.mas.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class LatencyTest {
  private static final long MS = 1_000_000;

  @Test
  void quantilesAreSamplesThemselves() {
    Latency latency =
        Latency.of(LongStream.rangeClosed(1, 1000).map(i -> (1001 - i) * MS).toArray());
    assertThat(latency).isEqualTo(new Latency(1000, 500.5, 500, 990, 1000));
  }

  @Test
  void theLongestOfFewIsTheirP99() {
    assertThat(Latency.of(new long[] {3 * MS, MS, 2 * MS})).isEqualTo(new Latency(3, 2, 2, 3, 3));
  }

  @Test
  void oneSampleIsEveryQuantile() {
    assertThat(Latency.of(new long[] {7 * MS})).isEqualTo(new Latency(1, 7, 7, 7, 7));
  }

  @Test
  void nothingMeasuredIsZero() {
    assertThat(Latency.of(new long[0])).isEqualTo(new Latency(0, 0, 0, 0, 0));
  }

  @Test
  void samplesGrowAndKeepAll() {
    Samples samples = new Samples();
    LongStream.range(0, 5000).forEach(samples::add);
    assertThat(samples.values()).isEqualTo(LongStream.range(0, 5000).toArray());
  }
}

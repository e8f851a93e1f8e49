package io.mas.api.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.mas.common.object.ByteRange;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@link Ranges} by hand-picked cases, and against a model that marks single bytes. */
class RangesTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "bytes=0-0|0+1",
        "bytes=0-99|0+100",
        "bytes=0-100|0+100",
        "bytes=99-|99+1",
        "bytes=-1|99+1",
        "bytes=-1000|0+100",
        "BYTES=5-9|5+5",
        "bytes=0-99999999999999999999999|0+100",
        "bytes=-99999999999999999999999|0+100",
        "bytes=000000000000000000000005-0000000000000000000000009|5+5",
        "bytes=0-0,-1|0+1 99+1",
        "bytes=50-59, 10-19|50+10 10+10",
        "bytes= 0-1 ,, 5-6 |0+2 5+2",
        "bytes=10-20,15-30|10+21",
        "bytes=10-20,21-30|10+11 21+10",
        "bytes=0-1,50-60,0-99|0+100",
        "bytes=0-1,100-|0+2"
      })
  void satisfiable(String header, String expected) {
    assertThat(text(Ranges.parse(header, 100, 16))).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bytes",
        "bytes=",
        "bytes=,",
        "bytes=-",
        "bytes=a-b",
        "bytes=5-4",
        "bytes=0-1,x",
        "bytes=1--2",
        "bytes=+1-2",
        "bytes=0x1-2",
        "lines=1-2",
        "bytes =0-1",
        "bytes=９-"
      })
  void ignoredWhenNotOfTheGrammar(String header) {
    assertThat(Ranges.parse(header, 100, 16)).isEqualTo(new RangeRequest.Whole());
  }

  @ParameterizedTest
  @ValueSource(strings = {"bytes=100-", "bytes=100-200", "bytes=-0", "bytes=200-,-0"})
  void unsatisfiable(String header) {
    assertThat(Ranges.parse(header, 100, 16)).isEqualTo(new RangeRequest.Unsatisfiable());
  }

  @Test
  void sixteenRangesAreServedAndSeventeenRefused() {
    assertThat(Ranges.parse(manyRanges(16), 100, 16)).isInstanceOf(RangeRequest.Some.class);
    assertThat(Ranges.parse(manyRanges(17), 100, 16)).isEqualTo(new RangeRequest.Unsatisfiable());
  }

  private static String manyRanges(int n) {
    return IntStream.range(0, n)
        .mapToObj(i -> 2 * i + "-" + 2 * i)
        .collect(Collectors.joining(",", "bytes=", ""));
  }

  @Test
  void theLastBytesOfAnEmptyFileAreTheWholeOfIt() {
    assertThat(Ranges.parse("bytes=-5", 0, 16)).isEqualTo(new RangeRequest.Whole());
    assertThat(Ranges.parse("bytes=0-", 0, 16)).isEqualTo(new RangeRequest.Unsatisfiable());
  }

  @Test
  void agreesWithTheModel() {
    long seed = System.nanoTime();
    var random = new SplittableRandom(seed);
    for (int i = 0; i < 20_000; i++) {
      int size = 1 + random.nextInt(40);
      List<int[]> asked = randomRanges(random, size);
      String header = asked.stream().map(RangesTest::spec).collect(Collectors.joining(","));
      RangeRequest request = Ranges.parse("bytes=" + header, size, 16);
      assertThat(bytes(request))
          .as("seed %d, size %d, %s", seed, size, header)
          .isEqualTo(model(asked, size));
      assertThat(disjoint(request)).as("seed %d, %s", seed, header).isTrue();
    }
  }

  /** Each {first, last}; last -1 means open, first -1 a suffix of length last. */
  private static List<int[]> randomRanges(RandomGenerator random, int size) {
    var ranges = new ArrayList<int[]>();
    int n = 1 + random.nextInt(6);
    for (int i = 0; i < n; i++) {
      int first = random.nextInt(-1, size + 5);
      int last = first < 0 ? random.nextInt(size + 5) : first + random.nextInt(size);
      ranges.add(new int[] {first, first >= 0 && random.nextInt(5) == 0 ? -1 : last});
    }
    return ranges;
  }

  private static String spec(int[] range) {
    if (range[0] < 0) {
      return "-" + range[1];
    }
    return range[0] + "-" + (range[1] < 0 ? "" : range[1]);
  }

  private static BitSet model(List<int[]> ranges, int size) {
    var bytes = new BitSet();
    for (int at = 0; at < size; at++) {
      for (int[] range : ranges) {
        boolean wanted =
            range[0] < 0
                ? at >= size - range[1]
                : at >= range[0] && (range[1] < 0 || at <= range[1]);
        bytes.set(at, bytes.get(at) || wanted);
      }
    }
    return bytes;
  }

  private static BitSet bytes(RangeRequest request) {
    var bytes = new BitSet();
    if (request instanceof RangeRequest.Some(List<ByteRange> ranges)) {
      ranges.forEach(r -> bytes.set((int) r.offset(), (int) r.end()));
    }
    return bytes;
  }

  private static boolean disjoint(RangeRequest request) {
    return !(request instanceof RangeRequest.Some(List<ByteRange> ranges))
        || ranges.stream().mapToLong(ByteRange::length).sum() == bytes(request).cardinality();
  }

  private static String text(RangeRequest request) {
    return request instanceof RangeRequest.Some(List<ByteRange> ranges)
        ? ranges.stream().map(r -> r.offset() + "+" + r.length()).collect(Collectors.joining(" "))
        : request.toString();
  }
}

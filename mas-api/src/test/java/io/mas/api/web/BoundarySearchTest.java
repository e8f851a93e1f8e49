package io.mas.api.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BoundarySearchTest {

  @Test
  void findsWhatANaiveSearchFinds() {
    long seed = System.nanoTime();
    var random = new Random(seed);
    for (int i = 0; i < 20_000; i++) {
      // Few letters: many matches, and many more that are almost matches.
      String wanted = letters(random, 1 + random.nextInt(6));
      String text = letters(random, random.nextInt(60));
      int from = random.nextInt(text.length() + 1);
      int to = from + random.nextInt(text.length() - from + 1);
      int naive = text.substring(0, to).indexOf(wanted, from);
      assertThat(new BoundarySearch(bytes(wanted)).find(bytes(text), from, to))
          .as("seed %d: %s in %s from %d to %d", seed, wanted, text, from, to)
          .isEqualTo(naive);
    }
  }

  @Test
  void bytesAreOfAnyValue() {
    var all = new byte[256];
    for (int i = 0; i < 256; i++) {
      all[i] = (byte) i;
    }
    byte[] wanted = {(byte) 0xfd, (byte) 0xfe, (byte) 0xff};
    assertThat(new BoundarySearch(wanted).find(all, 0, 256)).isEqualTo(253);
    assertThat(new BoundarySearch(wanted).find(all, 0, 255)).isEqualTo(-1);
  }

  @Test
  void nothingCannotBeSearchedFor() {
    assertThatThrownBy(() -> new BoundarySearch(new byte[0]))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static String letters(Random random, int length) {
    var text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      text.append((char) ('a' + random.nextInt(2)));
    }
    return text.toString();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}

package io.mas.api.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class DispositionTest {

  @Test
  void anAsciiNameStandsAsItIs() {
    assertThat(Disposition.of("inline", "a b.txt"))
        .isEqualTo("inline; filename=\"a b.txt\"; filename*=UTF-8''a%20b.txt");
  }

  @Test
  void aChineseNameSurvives() {
    assertThat(Disposition.of("attachment", "报告.pdf"))
        .isEqualTo("attachment; filename=\"__.pdf\"; filename*=UTF-8''%E6%8A%A5%E5%91%8A.pdf");
  }

  @Test
  void quotesBackslashesAndPercentsCannotEscapeTheQuotes() {
    assertThat(Disposition.of("attachment", "a\"; x=\"\\%41"))
        .startsWith("attachment; filename=\"a_; x=___41\"; filename*=UTF-8''a%22");
  }

  @Test
  void anyNameComesBackFromItsEncodedForm() {
    long seed = System.nanoTime();
    var random = new SplittableRandom(seed);
    for (int i = 0; i < 2_000; i++) {
      String name = randomName(random);
      String header = Disposition.of("inline", name);
      String encoded = header.substring(header.indexOf("UTF-8''") + 7).replace("+", "%2B");
      assertThat(URLDecoder.decode(encoded, StandardCharsets.UTF_8))
          .as("seed %d", seed)
          .isEqualTo(name);
      assertThat(header.chars()).as("seed %d", seed).allMatch(c -> c >= ' ' && c <= '~');
    }
  }

  private static String randomName(SplittableRandom random) {
    var name = new StringBuilder();
    int length = 1 + random.nextInt(40);
    while (name.length() < length) {
      int c =
          random.nextInt(4) == 0
              ? random.nextInt(Character.MAX_CODE_POINT)
              : random.nextInt(32, 127);
      if (Character.isDefined(c) && Character.getType(c) != Character.SURROGATE) {
        name.appendCodePoint(c);
      }
    }
    return name.toString();
  }
}

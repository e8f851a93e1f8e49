package io.mas.common.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SignatureTest {
  private static final InternalKey KEY =
      InternalKeys.parse(
              List.of("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"))
          .first();
  private static final String[] ELEMENTS = {
    "PUT",
    "/internal/v1/shards/a/0/1/ff?hash=ab&k=4",
    "1",
    "cluster-1",
    "node-9",
    "42",
    "1048",
    "0a1b2c3d",
    "1764000000000",
    "00000000000000ff"
  };

  private static SignedRequest request(String... e) {
    return new SignedRequest(
        e[0], e[1], e[2], e[3], e[4], e[5], Long.parseLong(e[6]), e[7], e[8], e[9]);
  }

  /** Computed with Python's hmac and hashlib from the lines in InternalApi. */
  @Test
  void theSignatureIsFormat() {
    assertThat(KEY.id()).isEqualTo("630dcd29");
    assertThat(request(ELEMENTS).sign(KEY))
        .isEqualTo("5b9a2521a281ca5fd3ed7e07cedbc2f6ca8f0ba7fc3378d8b4f52e62a60be6e0");
    assertThat(new SignedTime(1764000000001L, "00000000000000ff").sign(KEY))
        .isEqualTo("e50a459c1d2006c54c1d6c1977522f2cc22eb7abb4fc7fed0c75579621fad5dd");
  }

  @Test
  void everyElementIsSigned() {
    String signature = request(ELEMENTS).sign(KEY);
    assertThat(request(ELEMENTS).signedBy(KEY, signature)).isTrue();
    for (int i = 0; i < ELEMENTS.length; i++) {
      String[] other = ELEMENTS.clone();
      other[i] += "0";
      assertThat(request(other).signedBy(KEY, signature)).as(ELEMENTS[i]).isFalse();
    }
  }

  /** Moving the border between two elements is an alteration too. */
  @Test
  void noElementPassesIntoTheNext() {
    String[] moved = ELEMENTS.clone();
    moved[3] = "cluster-1node-9";
    moved[4] = "";
    assertThat(request(moved).sign(KEY)).isNotEqualTo(request(ELEMENTS).sign(KEY));
    moved[3] = "cluster-1\nnode-9";
    assertThatIllegalArgumentException().isThrownBy(() -> request(moved).sign(KEY));
  }

  @Test
  void onlyTheWholeSignatureCounts() {
    String right = request(ELEMENTS).sign(KEY);
    for (String wrong :
        List.of("", right.substring(1), right + "0", right.toUpperCase(Locale.ROOT))) {
      assertThat(request(ELEMENTS).signedBy(KEY, wrong)).isFalse();
    }
  }

  @Test
  void anAnswerPassesForNoRequestAndNoRequestForAnAnswer() {
    SignedTime time = new SignedTime(1, "a");
    assertThat(request(ELEMENTS).signedBy(KEY, time.sign(KEY))).isFalse();
    assertThat(time.signedBy(KEY, request(ELEMENTS).sign(KEY))).isFalse();
    assertThat(new SignedTime(2, "a").signedBy(KEY, time.sign(KEY))).isFalse();
    assertThat(new SignedTime(1, "b").signedBy(KEY, time.sign(KEY))).isFalse();
  }

  @Test
  void aKeySignsOnManyThreadsAtOnce() {
    String right = request(ELEMENTS).sign(KEY);
    long wrong =
        new Random(1)
            .ints(20_000)
            .parallel()
            .filter(any -> !request(ELEMENTS).signedBy(KEY, right))
            .count();
    assertThat(wrong).isZero();
    assertThat(HexFormat.of().parseHex(right)).hasSize(32);
  }
}

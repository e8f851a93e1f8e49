package io.mas.common.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InternalKeysTest {
  private static final byte[] SECRET = new byte[33];

  static {
    new SecureRandom().nextBytes(SECRET);
  }

  private static String hex(byte[] secret) {
    return HexFormat.of().formatHex(secret);
  }

  @Test
  void aKeyIsTheSameInHexAndInBase64Url() {
    String id = InternalKeys.parse(List.of(hex(SECRET))).first().id();
    Base64.Encoder base64 = Base64.getUrlEncoder();
    for (String text :
        List.of(
            hex(SECRET).toUpperCase(Locale.ROOT),
            base64.encodeToString(SECRET),
            base64.withoutPadding().encodeToString(SECRET),
            " " + hex(SECRET) + "\n")) {
      assertThat(InternalKeys.parse(List.of(text)).first().id()).isEqualTo(id);
    }
  }

  @Test
  void theFirstSignsAndAllAreFound() {
    byte[] other = new byte[32];
    new SecureRandom().nextBytes(other);
    InternalKeys keys = InternalKeys.parse(List.of(hex(other), hex(SECRET)));
    assertThat(keys.first().id()).isEqualTo(InternalKeys.parse(List.of(hex(other))).first().id());
    assertThat(keys.find(keys.first().id())).contains(keys.first());
    assertThat(keys.find(InternalKeys.parse(List.of(hex(SECRET))).first().id())).isPresent();
    assertThat(keys.find("00000000")).isEmpty();
  }

  @Test
  void randomKeysDiffer() {
    InternalKeys one = InternalKeys.random(new SecureRandom());
    InternalKeys other = InternalKeys.random(new SecureRandom());
    assertThat(one.first().id()).isNotEqualTo(other.first().id());
  }

  @Test
  void thereIsNoDefault() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> InternalKeys.parse(List.of()))
        .withMessage("mas.internal.keys has no key.");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "change-me",
        "0123456789abcdef0123456789abcdef", // 16 bytes
        "00000000000000000000000000000000000000000000000000000000000000000000",
        "this is no key at all, though it has more than enough characters in it"
      })
  void aKeyThatProtectsNothingIsRefusedAndNotShown(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> InternalKeys.parse(List.of(hex(SECRET), text)))
        .withMessageStartingWith("Key 2 of mas.internal.keys ")
        .satisfies(e -> assertThat(text.isEmpty() || !stackTrace(e).contains(text)).isTrue());
  }

  private static String stackTrace(Throwable thrown) {
    StringBuilder text = new StringBuilder();
    for (Throwable t = thrown; t != null; t = t.getCause()) {
      text.append(t).append('\n');
    }
    return text.toString();
  }

  @Test
  void aKeyThatIsThereTwiceIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> InternalKeys.parse(List.of(hex(SECRET), hex(SECRET))))
        .withMessageContaining("Key 2 of mas.internal.keys has the id");
  }

  @Test
  void neitherKeysNorKeyShowTheSecret() {
    InternalKeys keys = InternalKeys.parse(List.of(hex(SECRET)));
    assertThat(keys.toString()).isEqualTo("[key " + keys.first().id() + "]");
  }
}

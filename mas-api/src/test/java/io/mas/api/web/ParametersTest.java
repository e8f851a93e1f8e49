package io.mas.api.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.mock.web.MockHttpServletRequest;

class ParametersTest {
  private final MockHttpServletRequest request = new MockHttpServletRequest();
  private final Parameters parameters = new Parameters(request);

  @Test
  void aHashIs64LowerCaseHexadecimalDigits() {
    request.setParameter("hash", "0af".repeat(21) + "9");
    assertThat(parameters.hash().hex()).isEqualTo("0af".repeat(21) + "9");
  }

  @Test
  void aMissingHashIsMissing() {
    assertThat(code(parameters::hash)).isEqualTo(ErrorCode.PARAMETER_MISSING);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "../../etc/passwd", "%00"})
  void anythingElseIsMalformed(String hash) {
    request.setParameter("hash", hash);
    assertThat(code(parameters::hash)).isEqualTo(ErrorCode.PARAMETER_MALFORMED);
  }

  @Test
  void upperCaseIsMalformed() {
    request.setParameter("hash", "A".repeat(64));
    assertThat(code(parameters::hash)).isEqualTo(ErrorCode.PARAMETER_MALFORMED);
  }

  @Test
  void aParameterGivenTwiceIsMalformed() {
    request.setParameter("hash", "a".repeat(64), "b".repeat(64));
    assertThat(code(parameters::hash)).isEqualTo(ErrorCode.PARAMETER_MALFORMED);
  }

  @Test
  void aNameHasUpTo1024BytesOfUtf8() {
    String longest = "报".repeat(341) + "x";
    assertThat(Parameters.name(longest)).isEqualTo(longest);
    assertThat(code(() -> Parameters.name(longest + "x"))).isEqualTo(ErrorCode.PARAMETER_LENGTH);
    assertThat(code(() -> Parameters.name(""))).isEqualTo(ErrorCode.PARAMETER_LENGTH);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\nb", "a\u0000", "\u007f", "\u0085", "\ud800"})
  void aNameHasNoControlCharacters(String name) {
    assertThat(code(() -> Parameters.name(name))).isEqualTo(ErrorCode.PARAMETER_MALFORMED);
  }

  @Test
  void aNameIsOtherwiseData() {
    assertThat(Parameters.name("../a\"b\\c%00 ☃\ud83d\ude00"))
        .isEqualTo("../a\"b\\c%00 ☃\ud83d\ude00");
  }

  @Test
  void aSessionIsOf64HarmlessCharacters() {
    request.setParameter("session", "A.z-9_");
    assertThat(parameters.session()).isEqualTo("A.z-9_");
    request.setParameter("session", "a".repeat(65));
    assertThat(code(parameters::session)).isEqualTo(ErrorCode.PARAMETER_LENGTH);
    request.setParameter("session", "");
    assertThat(code(parameters::session)).isEqualTo(ErrorCode.PARAMETER_LENGTH);
    request.setParameter("session", "a/b");
    assertThat(code(parameters::session)).isEqualTo(ErrorCode.PARAMETER_MALFORMED);
  }

  @Test
  void aDispositionIsOneOfTwo() {
    request.setParameter("disposition", "inline");
    assertThat(parameters.disposition()).isEqualTo("inline");
    request.setParameter("disposition", "Inline");
    assertThat(code(parameters::disposition)).isEqualTo(ErrorCode.PARAMETER_MALFORMED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "1.5", "", "abc", "１", "1234567890123456789"})
  void aNumberIsDecimalAndNotNegative(String number) {
    request.setParameter("seek", number);
    assertThat(code(() -> parameters.number("seek"))).isEqualTo(ErrorCode.PARAMETER_MALFORMED);
  }

  @Test
  void aNumberHasBounds() {
    request.setParameter("chuck", "10000");
    assertThat(parameters.number("chuck", 1, 10_000)).hasValue(10_000);
    request.setParameter("chuck", "10001");
    assertThat(code(() -> parameters.number("chuck", 1, 10_000)))
        .isEqualTo(ErrorCode.PARAMETER_MALFORMED);
    request.setParameter("chuck", "0");
    assertThat(code(() -> parameters.number("chuck", 1, 10_000)))
        .isEqualTo(ErrorCode.PARAMETER_MALFORMED);
  }

  private static ErrorCode code(ThrowingCallable call) {
    return catchThrowableOfType(MasException.class, call).code();
  }
}

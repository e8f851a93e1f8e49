package io.mas.api.web;

import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import io.mas.common.object.ObjectHash;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads parameters: absent is PARAMETER_MISSING where it is required, a wrong length
 * PARAMETER_LENGTH, anything else wrong PARAMETER_MALFORMED. No value is repeated in a message but
 * numbers, since the rest may be secret or long.
 */
final class Parameters {
  private static final int NAME_MAX_BYTES = 1024;
  private static final int CURSOR_MAX = 4096;
  private static final int SESSION_MAX = 64;
  private static final int NUMBER_MAX_DIGITS = 18;
  private static final Pattern SESSION = Pattern.compile("[A-Za-z0-9._-]*");
  private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");
  private static final Pattern NUMBER = Pattern.compile("[0-9]+");

  private final HttpServletRequest request;

  Parameters(HttpServletRequest request) {
    this.request = request;
  }

  /** The value, or null if the parameter is absent; given twice it is malformed. */
  @Nullable String text(String name) {
    String[] values = request.getParameterValues(name);
    if (values == null) {
      return null;
    }
    if (values.length > 1) {
      throw malformed("%s is given %d times, expected once".formatted(name, values.length));
    }
    return values[0];
  }

  ObjectHash hash() {
    String text = text("hash");
    if (text == null || text.isEmpty()) {
      throw missing("hash");
    }
    return hash(text);
  }

  OptionalLong number(String name) {
    String text = text(name);
    return text == null ? OptionalLong.empty() : OptionalLong.of(number(name, text));
  }

  OptionalInt number(String name, int min, int max) {
    String text = text(name);
    return text == null ? OptionalInt.empty() : OptionalInt.of(number(name, text, min, max));
  }

  /** The upload session, "" if absent. */
  String session() {
    String text = text("session");
    if (text == null) {
      return "";
    }
    if (text.isEmpty() || text.length() > SESSION_MAX) {
      throw length("session has %d characters, expected 1 to 64".formatted(text.length()));
    }
    if (!SESSION.matcher(text).matches()) {
      throw malformed("session has a character that is not one of A-Z a-z 0-9 . _ -");
    }
    return text;
  }

  @Nullable String disposition() {
    String text = text("disposition");
    if (text != null && !text.equals("inline") && !text.equals("attachment")) {
      throw malformed("disposition is neither inline nor attachment");
    }
    return text;
  }

  @Nullable String optionalName() {
    String text = text("name");
    return text == null ? null : name(text);
  }

  /** The beginning of a name, "" if absent. */
  String prefix() {
    String text = text("name");
    return text == null || text.isEmpty() ? "" : name(text);
  }

  /** The cursor of a listing, "" if absent; what it means is for the listing to know. */
  String cursor() {
    String text = text("cursor");
    if (text != null && text.length() > CURSOR_MAX) {
      throw length(
          "cursor has %d characters, expected at most %d".formatted(text.length(), CURSOR_MAX));
    }
    return text == null ? "" : text;
  }

  String name() {
    String text = text("name");
    if (text == null) {
      throw missing("name");
    }
    return name(text);
  }

  /** A file name: data, 1 to 1024 bytes of UTF-8, without control characters. */
  static String name(String text) {
    int bytes = text.getBytes(StandardCharsets.UTF_8).length;
    if (bytes == 0 || bytes > NAME_MAX_BYTES) {
      throw length("name has %d bytes of UTF-8, expected 1 to 1024".formatted(bytes));
    }
    if (text.codePoints().anyMatch(Parameters::unfitForName)) {
      throw malformed("name has a control character or half a character");
    }
    return text;
  }

  private static boolean unfitForName(int codePoint) {
    return Character.isISOControl(codePoint) || Character.getType(codePoint) == Character.SURROGATE;
  }

  static ObjectHash hash(String text) {
    if (!HASH.matcher(text).matches()) {
      throw malformed(
          "hash of %d characters, expected 64 lower-case hexadecimal digits"
              .formatted(text.length()));
    }
    return new ObjectHash(text);
  }

  static long number(String name, String text) {
    if (!NUMBER.matcher(text).matches() || text.length() > NUMBER_MAX_DIGITS) {
      throw malformed(
          name + " of " + text.length() + " characters, expected a decimal number, 0 or more");
    }
    return Long.parseLong(text);
  }

  static int number(String name, String text, int min, int max) {
    long value = number(name, text);
    if (value < min || value > max) {
      throw malformed("%s is %d, expected %d to %d".formatted(name, value, min, max));
    }
    return (int) value;
  }

  static MasException missing(String name) {
    return new MasException(ErrorCode.PARAMETER_MISSING, name + " is missing");
  }

  static MasException malformed(String message) {
    return new MasException(ErrorCode.PARAMETER_MALFORMED, message);
  }

  private static MasException length(String message) {
    return new MasException(ErrorCode.PARAMETER_LENGTH, message);
  }
}

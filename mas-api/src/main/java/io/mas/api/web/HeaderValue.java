package io.mas.api.web;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A header's value with parameters, such as {@code form-data; name="file"; filename="a.txt"}.
 *
 * <p>Browsers send a file name in raw UTF-8 between quotes, with {@code "} as {@code %22} and
 * backslashes as they are (WHATWG HTML, multipart/form-data encoding); other clients escape {@code
 * "} and {@code \} with a backslash (RFC 7230). Both are understood: a backslash escapes only these
 * two. {@code filename*} (RFC 8187), which browsers never send in forms, wins if it is UTF-8.
 *
 * @param value what stands before the first semicolon, in lower case
 * @param parameters by name, in lower case; of two of the same name the first
 */
record HeaderValue(String value, Map<String, String> parameters) {
  private static final String UTF8_PREFIX = "utf-8'";

  static HeaderValue parse(String header) {
    int end = header.indexOf(';');
    String value = end < 0 ? header : header.substring(0, end);
    var parameters = new HashMap<String, String>();
    for (int at = end; at >= 0 && at < header.length(); ) {
      at = parameter(header, at + 1, parameters);
    }
    return new HeaderValue(value.strip().toLowerCase(Locale.ROOT), Map.copyOf(parameters));
  }

  @Nullable String parameter(String name) {
    return parameters.get(name);
  }

  /** The file name, or null if there is none; not yet validated. */
  @Nullable String filename() {
    String extended = parameters.get("filename*");
    String decoded = extended == null ? null : decodeExtended(extended);
    return decoded == null ? parameters.get("filename") : decoded;
  }

  /** Reads the parameter that starts at {@code at}; returns where its semicolon is, or the end. */
  private static int parameter(String header, int at, Map<String, String> parameters) {
    int equals = at;
    while (equals < header.length()
        && header.charAt(equals) != '='
        && header.charAt(equals) != ';') {
      equals++;
    }
    String name = header.substring(at, equals).strip().toLowerCase(Locale.ROOT);
    if (equals >= header.length() || header.charAt(equals) == ';') {
      return equals;
    }
    int start = equals + 1;
    while (start < header.length() && header.charAt(start) == ' ') {
      start++;
    }
    var value = new StringBuilder();
    int end =
        start < header.length() && header.charAt(start) == '"'
            ? quoted(header, start + 1, value)
            : token(header, start, value);
    parameters.putIfAbsent(name, value.toString());
    return end;
  }

  private static int token(String header, int start, StringBuilder value) {
    int semicolon = header.indexOf(';', start);
    int end = semicolon < 0 ? header.length() : semicolon;
    value.append(header.substring(start, end).strip());
    return end;
  }

  private static int quoted(String header, int start, StringBuilder value) {
    int at = start;
    while (at < header.length() && header.charAt(at) != '"') {
      if (header.charAt(at) == '\\'
          && at + 1 < header.length()
          && escapable(header.charAt(at + 1))) {
        at++;
      }
      value.append(header.charAt(at));
      at++;
    }
    int semicolon = header.indexOf(';', at);
    return semicolon < 0 ? header.length() : semicolon;
  }

  private static boolean escapable(char c) {
    return c == '"' || c == '\\';
  }

  private static @Nullable String decodeExtended(String text) {
    int language = text.indexOf('\'', UTF8_PREFIX.length());
    if (!text.toLowerCase(Locale.ROOT).startsWith(UTF8_PREFIX) || language < 0) {
      return null;
    }
    return percentDecoded(text.substring(language + 1));
  }

  private static @Nullable String percentDecoded(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    ByteBuffer decoded = ByteBuffer.allocate(bytes.length);
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] != '%') {
        decoded.put(bytes[i]);
        continue;
      }
      int high = i + 2 < bytes.length ? Character.digit(bytes[i + 1], 16) : -1;
      int low = i + 2 < bytes.length ? Character.digit(bytes[i + 2], 16) : -1;
      if (high < 0 || low < 0) {
        return null;
      }
      decoded.put((byte) (high * 16 + low));
      i += 2;
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(decoded.flip()).toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }
}

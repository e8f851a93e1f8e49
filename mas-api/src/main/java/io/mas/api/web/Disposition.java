package io.mas.api.web;

import java.nio.charset.StandardCharsets;

/**
 * {@code Content-Disposition} (RFC 6266): a name in ASCII for old clients, and the whole name as
 * RFC 8187 has it.
 */
final class Disposition {
  /** Of RFC 8187, attr-char: what need not be percent-encoded, besides letters and digits. */
  private static final String ATTR_PUNCTUATION = "!#$&+-.^_`|~";

  private Disposition() {}

  /**
   * The header's value.
   *
   * @param type {@code inline} or {@code attachment}
   * @param name without control characters
   */
  static String of(String type, String name) {
    return "%s; filename=\"%s\"; filename*=UTF-8''%s".formatted(type, ascii(name), encoded(name));
  }

  /** What is not plain ASCII becomes _; % too, which some browsers would decode here. */
  private static String ascii(String name) {
    var ascii = new StringBuilder();
    name.codePoints().forEach(c -> ascii.append(plain(c) ? (char) c : '_'));
    return ascii.toString();
  }

  private static boolean plain(int c) {
    return c >= ' ' && c <= '~' && c != '"' && c != '\\' && c != '%';
  }

  private static String encoded(String name) {
    var encoded = new StringBuilder();
    for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
      if (attrChar(b)) {
        encoded.append((char) b);
      } else {
        encoded.append("%%%02X".formatted(b));
      }
    }
    return encoded.toString();
  }

  private static boolean attrChar(byte b) {
    return (b >= '0' && b <= '9')
        || (b >= 'A' && b <= 'Z')
        || (b >= 'a' && b <= 'z')
        || (b > 0 && ATTR_PUNCTUATION.indexOf(b) >= 0);
  }
}

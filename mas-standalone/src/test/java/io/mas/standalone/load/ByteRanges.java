package io.mas.standalone.load;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.mas.standalone.Content;
import io.mas.standalone.MasClient.Bytes;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.stream.Collectors;

/** The form {@code multipart/byteranges} (RFC 9110, 14.6). */
final class ByteRanges {
  private ByteRanges() {}

  /**
   * Bytes of a file.
   *
   * @param to the first one after it
   */
  record Range(long from, long to) {}

  /** What asks for these ranges. */
  static String header(List<Range> ranges) {
    return ranges.stream()
        .map(range -> "%d-%d".formatted(range.from, range.to - 1))
        .collect(Collectors.joining(",", "bytes=", ""));
  }

  /** Whether an answer consists of these ranges of a file, in their order. */
  static boolean hold(Bytes answer, List<Range> ranges, Content content) {
    String type = answer.headers().firstValue("Content-Type").orElse("");
    if (answer.status() != 206 || !type.startsWith("multipart/byteranges; boundary=")) {
      return false;
    }
    String delimiter = "\r\n--" + type.substring(type.indexOf('=') + 1);
    String rest = answer.body();
    for (Range range : ranges) {
      String contentRange =
          "Content-Range: bytes %d-%d/%d".formatted(range.from, range.to - 1, content.length());
      int body = rest.indexOf("\r\n\r\n") + 4;
      String expected = bytes(content, range);
      boolean right =
          rest.startsWith(delimiter)
              && rest.substring(0, body).contains(contentRange)
              && rest.startsWith(expected, body);
      if (!right) {
        return false;
      }
      rest = rest.substring(body + expected.length());
    }
    return rest.equals(delimiter + "--\r\n");
  }

  private static String bytes(Content content, Range range) {
    try (InputStream in = content.slice(range.from, range.to).open()) {
      return new String(in.readAllBytes(), ISO_8859_1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

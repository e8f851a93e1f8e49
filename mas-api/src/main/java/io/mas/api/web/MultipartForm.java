package io.mas.api.web;

import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A multipart body, read as a stream: no part of it is kept but the short values of fields. Each
 * part's content is to be read before the next part is asked for. Whatever is wrong with the form
 * is UNREADABLE_BODY. Used by one thread.
 */
final class MultipartForm {
  private static final int MAX_PARTS = 16;
  private static final int MAX_BOUNDARY = 200;

  /** A field is a number; what is longer is none of ours. */
  private static final int FIELD_BYTES = 8 * 1024;

  private final MultipartStream stream;
  private int parts;

  private MultipartForm(MultipartStream stream) {
    this.stream = stream;
  }

  /**
   * A part of the form.
   *
   * @param field the form field's name
   * @param filename not yet validated, or null if the part has none
   * @param utf8 whether field and filename are what was sent
   * @param content ends with the part
   */
  record Part(String field, @Nullable String filename, boolean utf8, InputStream content) {

    boolean isFile() {
      return field.equals("file");
    }

    /** The whole value of a short field. */
    String value() throws IOException {
      byte[] bytes = content.readNBytes(FIELD_BYTES + 1);
      if (bytes.length > FIELD_BYTES) {
        throw unreadable("a form field is longer than %d bytes".formatted(FIELD_BYTES), null);
      }
      return new String(bytes, StandardCharsets.UTF_8).strip();
    }
  }

  static MultipartForm open(@Nullable String contentType, InputStream body) {
    return new MultipartForm(new MultipartStream(body, boundary(contentType)));
  }

  private static String boundary(@Nullable String contentType) {
    HeaderValue type = HeaderValue.parse(contentType == null ? "" : contentType);
    String boundary = type.parameter("boundary");
    if (!type.value().equals("multipart/form-data") || boundary == null) {
      throw unreadable("the body is not multipart/form-data with a boundary", null);
    }
    if (boundary.isEmpty() || boundary.length() > MAX_BOUNDARY) {
      throw unreadable(
          "the multipart boundary has %d characters, expected 1 to %d"
              .formatted(boundary.length(), MAX_BOUNDARY),
          null);
    }
    if (boundary.chars().anyMatch(c -> c < ' ')) {
      throw unreadable("the multipart boundary has a control character", null);
    }
    return boundary;
  }

  /** The next part, or null after the last one. */
  @Nullable Part next() throws IOException {
    if (!stream.nextPart()) {
      return null;
    }
    parts++;
    if (parts > MAX_PARTS) {
      throw unreadable("the form has more than %d parts".formatted(MAX_PARTS), null);
    }
    HeaderValue disposition = disposition(stream.headers());
    String field = disposition.parameter("name");
    if (!disposition.value().equals("form-data") || field == null) {
      throw unreadable("a part of the form has no name", null);
    }
    return new Part(field, disposition.filename(), stream.utf8(), stream.content());
  }

  private static HeaderValue disposition(String headers) {
    return headers
        .lines()
        .filter(line -> line.toLowerCase(Locale.ROOT).startsWith("content-disposition:"))
        .findFirst()
        .map(line -> HeaderValue.parse(line.substring(line.indexOf(':') + 1)))
        .orElseThrow(() -> unreadable("a part of the form has no Content-Disposition", null));
  }

  static MasException unreadable(String message, @Nullable Throwable cause) {
    return new MasException(ErrorCode.UNREADABLE_BODY, message, cause);
  }
}

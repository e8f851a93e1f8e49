package io.mas.api.web;

import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.apache.commons.fileupload2.core.MultipartInput;
import org.jspecify.annotations.Nullable;

/**
 * A multipart body, read as a stream: no part of it is kept but the short values of fields. Each
 * part's content is to be read before the next part is asked for. Whatever is wrong with the form
 * is UNREADABLE_BODY. Used by one thread.
 */
final class MultipartForm {
  private static final int BUFFER_BYTES = 64 * 1024;

  /** A name of 1024 bytes, percent-encoded, fits thrice. */
  private static final int HEADER_BYTES = 16 * 1024;

  private static final int MAX_PARTS = 16;
  private static final int MAX_BOUNDARY = 200;

  /** A field is a number; what is longer is none of ours. */
  private static final int FIELD_BYTES = 8 * 1024;

  private final MultipartInput input;
  private int parts;

  private MultipartForm(MultipartInput input) {
    this.input = input;
  }

  /**
   * A part of the form.
   *
   * @param field the form field's name
   * @param filename not yet validated, or null if the part has none
   * @param content ends with the part
   */
  record Part(String field, @Nullable String filename, InputStream content) {

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

  static MultipartForm open(@Nullable String contentType, InputStream body) throws IOException {
    byte[] boundary = boundary(contentType);
    try {
      MultipartInput input =
          MultipartInput.builder()
              .setInputStream(body)
              .setBufferSize(BUFFER_BYTES)
              .setMaxPartHeaderSize(HEADER_BYTES)
              .setBoundary(boundary)
              .get();
      input.setHeaderCharset(StandardCharsets.UTF_8);
      return new MultipartForm(input);
    } catch (IllegalArgumentException e) {
      throw unreadable("the multipart boundary is malformed", e);
    }
  }

  private static byte[] boundary(@Nullable String contentType) {
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
    return boundary.getBytes(StandardCharsets.ISO_8859_1);
  }

  /** The next part, or null after the last one. */
  @Nullable Part next() throws IOException {
    boolean more = parts == 0 ? input.skipPreamble() : nextBoundary();
    if (!more) {
      return null;
    }
    parts++;
    if (parts > MAX_PARTS) {
      throw unreadable("the form has more than %d parts".formatted(MAX_PARTS), null);
    }
    HeaderValue disposition = disposition(input.readHeaders());
    String field = disposition.parameter("name");
    if (!disposition.value().equals("form-data") || field == null) {
      throw unreadable("a part of the form has no name", null);
    }
    return new Part(field, disposition.filename(), input.newInputStream());
  }

  private boolean nextBoundary() throws IOException {
    input.discardBodyData();
    return input.readBoundary();
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

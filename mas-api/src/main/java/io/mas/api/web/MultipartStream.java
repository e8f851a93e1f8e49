package io.mas.api.web;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * A multipart body (RFC 2046 §5.1) cut at its boundaries, part by part, through one buffer. The
 * body is read only when the buffer holds nothing that can be given, and never behind what one read
 * gives. Used by one thread.
 *
 * <pre>{@code
 * |  given  |  content, known to be such  |  not yet known, or the delimiter  |  free  |
 * 0         head                          known                               tail
 * }</pre>
 */
final class MultipartStream {
  private static final int BUFFER_BYTES = 64 * 1024;

  /** A name of 1024 bytes, percent-encoded, fits thrice. */
  private static final int HEADER_BYTES = 16 * 1024;

  /** What may stand before the first boundary; browsers send nothing there. */
  private static final int PREAMBLE_BYTES = 64 * 1024;

  private static final BoundarySearch END_OF_HEADERS = new BoundarySearch(ascii("\r\n\r\n"));

  private final InputStream body;
  private final BoundarySearch delimiter;
  private final byte[] buffer = new byte[BUFFER_BYTES];

  private boolean utf8;
  private int head;
  private int known;
  private int tail;

  /** The delimiter begins at {@link #known}. */
  private boolean delimited;

  /** How many parts were begun. */
  private int parts;

  /** Bytes skipped so far before the first boundary. */
  private int preamble;

  private boolean ended;

  /**
   * @param boundary much shorter than the buffer; holds no CR, so that the search is linear
   */
  MultipartStream(InputStream body, String boundary) {
    this.body = body;
    this.delimiter =
        new BoundarySearch(("\r\n--" + boundary).getBytes(StandardCharsets.ISO_8859_1));
    // The first delimiter may open the body: it finds the line's end before it here.
    buffer[0] = '\r';
    buffer[1] = '\n';
    tail = 2;
  }

  /** The body is not what RFC 2046 says, or ends before it should. */
  private static final class MalformedException extends IOException {
    private static final long serialVersionUID = 1;

    MalformedException(String message) {
      super(message);
    }
  }

  /**
   * Skips what is left of a part; false if it was the last, or if there is no first one.
   *
   * @throws io.mas.common.error.MasException UNREADABLE_BODY if the first one begins too late
   */
  boolean nextPart() throws IOException {
    try {
      ended = ended || !passDelimiter();
    } catch (MalformedException e) {
      if (parts > 0) {
        throw e;
      }
      ended = true;
    }
    parts += ended ? 0 : 1;
    return !ended;
  }

  private boolean passDelimiter() throws IOException {
    for (head = known; !delimited; head = known) {
      search();
      countPreamble(known - head);
    }
    head += delimiter.length();
    delimited = false;
    known = head;
    int first = readByte();
    if (first == '\n') {
      return true;
    }
    int second = readByte();
    if (first == '-' && second == '-') {
      return false;
    }
    if (first != '\r' || second != '\n') {
      throw new MalformedException("a boundary is followed by neither -- nor CR LF");
    }
    return true;
  }

  /** A body without a boundary must not be read to its end, however long that is. */
  private void countPreamble(int bytes) {
    preamble += parts == 0 ? bytes : 0;
    if (preamble > PREAMBLE_BYTES) {
      throw MultipartForm.unreadable(
          "more than %d bytes stand before the first boundary".formatted(PREAMBLE_BYTES), null);
    }
  }

  private int readByte() throws IOException {
    if (head == tail) {
      readMore();
    }
    byte next = buffer[head++];
    known = head;
    return next & 0xff;
  }

  /** The part's header lines, in UTF-8; to be called once, before the content is read. */
  String headers() throws IOException {
    int unseen = 0;
    int at = END_OF_HEADERS.find(buffer, head, tail);
    while (at < 0) {
      if (tail - head >= HEADER_BYTES) {
        throw tooLong();
      }
      unseen = Math.max(0, tail - head - END_OF_HEADERS.length() + 1);
      readMore();
      at = END_OF_HEADERS.find(buffer, head + unseen, tail);
    }
    int end = at + END_OF_HEADERS.length();
    if (end - head > HEADER_BYTES) {
      throw tooLong();
    }
    String headers = new String(buffer, head, end - head, StandardCharsets.UTF_8);
    utf8 = isUtf8(ByteBuffer.wrap(buffer, head, end - head));
    head = end;
    known = end;
    return headers;
  }

  private static boolean isUtf8(ByteBuffer bytes) {
    try {
      CharBuffer _ = StandardCharsets.UTF_8.newDecoder().decode(bytes);
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  /** Whether the header lines that were read last are UTF-8; else they are not what was sent. */
  boolean utf8() {
    return utf8;
  }

  private static IOException tooLong() {
    return new MalformedException(
        "the headers of a part are longer than %d bytes".formatted(HEADER_BYTES));
  }

  /** The part's content; ends with the part, and refuses to be read once it is passed. */
  InputStream content() {
    return new Content(parts);
  }

  private final class Content extends InputStream {
    private final int part;

    Content(int part) {
      this.part = part;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
      Objects.checkFromIndexSize(offset, length, to.length);
      if (ended || part != parts) {
        throw new IOException("part %d is read after it was passed".formatted(part));
      }
      if (length == 0) {
        return 0;
      }
      search();
      if (head == known) {
        return -1;
      }
      int read = Math.min(length, known - head);
      System.arraycopy(buffer, head, to, offset, read);
      head += read;
      return read;
    }
  }

  /** Reads until some content is known to be such, or the delimiter is next. */
  private void search() throws IOException {
    while (head == known && !delimited) {
      int at = delimiter.find(buffer, known, tail);
      delimited = at >= 0;
      // What may be the beginning of a delimiter stays unknown until the rest of it comes.
      known = delimited ? at : Math.max(known, tail - delimiter.length() + 1);
      if (head == known && !delimited) {
        readMore();
      }
    }
  }

  /** Reads what one read of the body gives, at least a byte; what was given makes room. */
  private void readMore() throws IOException {
    System.arraycopy(buffer, head, buffer, 0, tail - head);
    known -= head;
    tail -= head;
    head = 0;
    int read = body.read(buffer, tail, buffer.length - tail);
    if (read < 0) {
      throw new MalformedException("the body ends before its last boundary");
    }
    tail += read;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}

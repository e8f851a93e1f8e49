package io.mas.bench.load;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One kept connection, blocking, with as much HTTP/1.1 as the store speaks: every answer has a
 * Content-Length. Bytes are made in the buffer that is written, and compared in the buffer that was
 * read. Used by one thread; {@link #close} by any.
 */
final class Connection implements AutoCloseable {
  private static final int BUFFER = 256 << 10;
  private static final int MAX_HEAD = 32 << 10;
  private static final int MAX_SMALL_ANSWER = 64 << 10;
  private static final Pattern LENGTH = Pattern.compile("(?i)\r\nContent-Length: *(\\d{1,18})\r\n");

  private final SocketChannel channel;
  private final LongAdder moved;
  private final ByteBuffer in = ByteBuffer.allocateDirect(BUFFER).limit(0);

  /** One word more than a read, since contents are made in whole words. */
  private final ByteBuffer made =
      ByteBuffer.allocateDirect(BUFFER + Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);

  /**
   * An answer's status and small body.
   *
   * @param firstByte when it came, by {@link System#nanoTime}: of the body of a download, of the
   *     head of any other answer
   * @param lastByte when it came
   * @param body "" for a download
   */
  record Answer(int status, String body, long firstByte, long lastByte) {}

  private record Head(int status, long length, long time) {}

  /** Connects; {@code moved} counts the bytes of contents, both ways. */
  Connection(InetSocketAddress address, LongAdder moved) throws IOException {
    this.channel = SocketChannel.open(address);
    this.channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    this.moved = moved;
  }

  /** Sends a request without a body. */
  void send(String head) throws IOException {
    write(ByteBuffer.wrap(head.getBytes(ISO_8859_1)));
  }

  /**
   * Sends a request with bytes of a content between two texts.
   *
   * @param offset of the first byte, a multiple of 8
   */
  void send(String head, Content content, long offset, long length, String tail)
      throws IOException {
    ByteBuffer before = ByteBuffer.wrap(head.getBytes(ISO_8859_1));
    ByteBuffer after = ByteBuffer.wrap(tail.getBytes(ISO_8859_1));
    long at = 0;
    do {
      int n = (int) Math.min(BUFFER, length - at);
      content.fill(offset + at, made, n);
      at += n;
      ByteBuffer end = at == length ? after : ByteBuffer.allocate(0);
      write(before, made.slice(0, n), end);
      moved.add(n);
    } while (at < length);
  }

  private void write(ByteBuffer... buffers) throws IOException {
    ByteBuffer last = buffers[buffers.length - 1];
    while (last.hasRemaining() || buffers[Math.max(0, buffers.length - 2)].hasRemaining()) {
      channel.write(buffers);
    }
  }

  /** Reads an answer that is small. */
  Answer answer() throws IOException {
    Head head = head();
    return small(head);
  }

  /**
   * Reads an answer that is to be {@code expected}.
   *
   * @throws LoadProblem if it is something else
   */
  Answer answer(Content expected) throws IOException {
    Head head = head();
    if (head.status != 200) {
      return small(head);
    }
    if (head.length != expected.size()) {
      throw wrong(expected, "has %d bytes".formatted(head.length));
    }
    long firstByte = head.time;
    for (long at = 0; at < head.length; ) {
      if (!in.hasRemaining()) {
        read(in.clear());
        in.flip();
      }
      firstByte = at == 0 ? System.nanoTime() : firstByte;
      int n = (int) Math.min(in.remaining(), head.length - at);
      compare(expected, at, n);
      at += n;
    }
    return new Answer(head.status, "", firstByte, System.nanoTime());
  }

  private void compare(Content expected, long at, int n) {
    int skip = (int) (at % Long.BYTES);
    expected.fill(at - skip, made, skip + n);
    int different = in.slice(in.position(), n).mismatch(made.slice(skip, n));
    if (different >= 0) {
      throw wrong(expected, "differs at byte %d".formatted(at + different));
    }
    in.position(in.position() + n);
    moved.add(n);
  }

  private static LoadProblem wrong(Content expected, String how) {
    return new LoadProblem("WRONG BYTES: the store's answer for %s %s".formatted(expected, how));
  }

  private Answer small(Head head) throws IOException {
    if (head.length > MAX_SMALL_ANSWER) {
      throw new IOException("an answer of %d bytes, expected JSON".formatted(head.length));
    }
    while (in.remaining() < head.length) {
      more();
    }
    byte[] body = new byte[(int) head.length];
    in.get(body);
    return new Answer(head.status, new String(body, ISO_8859_1), head.time, System.nanoTime());
  }

  private Head head() throws IOException {
    if (!in.hasRemaining()) {
      more();
    }
    long time = System.nanoTime();
    int end = endOfHead();
    while (end < 0) {
      if (in.remaining() > MAX_HEAD) {
        throw new IOException("an answer's head of more than %d bytes".formatted(MAX_HEAD));
      }
      more();
      end = endOfHead();
    }
    byte[] bytes = new byte[end];
    in.get(bytes);
    String text = new String(bytes, ISO_8859_1);
    Matcher length = LENGTH.matcher(text);
    if (!text.startsWith("HTTP/1.1 ") || !length.find()) {
      throw new IOException("an answer that is not HTTP/1.1 with a Content-Length: " + text);
    }
    return new Head(Integer.parseInt(text.substring(9, 12)), Long.parseLong(length.group(1)), time);
  }

  /** How many bytes from the position on are the head, or -1 if it is not complete. */
  private int endOfHead() {
    for (int i = in.position(); i + Integer.BYTES <= in.limit(); i++) {
      if (in.getInt(i) == 0x0d0a0d0a) {
        return i + Integer.BYTES - in.position();
      }
    }
    return -1;
  }

  /** Reads behind what is there. */
  private void more() throws IOException {
    in.compact();
    read(in);
    in.flip();
  }

  private void read(ByteBuffer into) throws IOException {
    if (channel.read(into) < 0) {
      throw new EOFException("the store closed the connection");
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException _) {
      // nothing is lost: what counts was read before
    }
  }
}

package io.mas.api.web;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** HTTP by hand: sends what it is given, and tells how an answer ended. */
final class RawClient implements AutoCloseable {
  private static final int TIMEOUT_MILLIS = 20_000;

  private final Socket socket;
  private final InputStream in;

  RawClient(int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(TIMEOUT_MILLIS);
    in = new BufferedInputStream(socket.getInputStream());
  }

  /**
   * An answer.
   *
   * @param headers by their names in lower case
   * @param latin the body's bytes as ISO 8859-1
   * @param complete whether the body has the length that was announced
   */
  record Answer(int status, TreeMap<String, String> headers, String latin, boolean complete) {
    @Nullable String header(String name) {
      return headers.get(name.toLowerCase(Locale.ROOT));
    }

    String text() {
      return new String(content(), StandardCharsets.UTF_8);
    }

    byte[] content() {
      return latin.getBytes(StandardCharsets.ISO_8859_1);
    }
  }

  RawClient send(String text) throws IOException {
    return send(text.getBytes(StandardCharsets.UTF_8));
  }

  RawClient send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    socket.getOutputStream().flush();
    return this;
  }

  /** Sends a request without a body; each header ends with CR LF. */
  Answer get(String target, String... headers) throws IOException {
    return request("GET", target, headers);
  }

  Answer request(String method, String target, String... headers) throws IOException {
    var lines = new StringBuilder();
    for (String header : headers) {
      lines.append(header).append("\r\n");
    }
    send("%s %s HTTP/1.1\r\nHost: test\r\n%s\r\n".formatted(method, target, lines));
    return answer(method.equals("HEAD"));
  }

  Answer answer() throws IOException {
    return answer(false);
  }

  private Answer answer(boolean head) throws IOException {
    int status = Integer.parseInt(line().split(" ", 3)[1]);
    var headers = new TreeMap<String, String>();
    for (String line = line(); !line.isEmpty(); line = line()) {
      int colon = line.indexOf(':');
      headers.merge(
          line.substring(0, colon).toLowerCase(Locale.ROOT),
          line.substring(colon + 1).strip(),
          (a, b) -> a + ", " + b);
    }
    boolean empty = head || status < 200 || status == 204 || status == 304;
    String length = headers.get("content-length");
    if (empty || length == null) {
      return new Answer(status, headers, "", empty);
    }
    String body = readUpTo(Integer.parseInt(length)).toString(StandardCharsets.ISO_8859_1);
    return new Answer(status, headers, body, body.length() == Integer.parseInt(length));
  }

  private ByteArrayOutputStream readUpTo(int length) throws IOException {
    var body = new ByteArrayOutputStream();
    try {
      while (body.size() < length) {
        int b = in.read();
        if (b < 0) {
          break;
        }
        body.write(b);
      }
    } catch (SocketException e) {
      // A reset ends an answer too early just as well.
    }
    return body;
  }

  /** Whether the server has closed the connection, and sent nothing more. */
  boolean closed() throws IOException {
    try {
      return in.read() < 0;
    } catch (SocketException e) {
      return true;
    }
  }

  /** Tells the server that nothing more will come. */
  void finishSending() throws IOException {
    socket.shutdownOutput();
  }

  /** Whether something of an answer is there to be read. */
  boolean hasAnswer() throws IOException {
    return in.available() > 0;
  }

  /** How many bytes come before the connection ends. */
  long drainToEnd() throws IOException {
    long count = 0;
    try {
      for (int n = in.read(new byte[65_536]); n >= 0; n = in.read(new byte[65_536])) {
        count += n;
      }
    } catch (SocketException e) {
      // A reset is an end as well.
    }
    return count;
  }

  /** Reads a little, so that the server is known to be sending. */
  void readSome() throws IOException {
    if (in.readNBytes(1000).length < 1000) {
      throw new IOException("the server sent less than 1000 bytes");
    }
  }

  private String line() throws IOException {
    var line = new StringBuilder();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        throw new IOException("the connection ended after '" + line + "'");
      }
      if (b != '\r') {
        line.append((char) b);
      }
    }
    return line.toString();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}

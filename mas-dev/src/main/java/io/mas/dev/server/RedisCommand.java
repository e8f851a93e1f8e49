package io.mas.dev.server;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * As much of the protocol of Redis (RESP2) as setting up servers needs: one command on a connection
 * of its own.
 */
final class RedisCommand {
  /**
   * Its one thread also synchronises what it writes: a sentinel its configuration at each change, a
   * replica the copy that it was sent. A busy disk takes some seconds for that.
   */
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  private RedisCommand() {}

  /** The answer or the error as text; of an array, only its head. */
  static String send(int port, String... words) {
    int timeout = (int) TIMEOUT.toMillis();
    try (var socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), timeout);
      socket.setSoTimeout(timeout);
      socket.getOutputStream().write(request(words).getBytes(StandardCharsets.UTF_8));
      return reply(new DataInputStream(socket.getInputStream()));
    } catch (IOException e) {
      String message = "Redis on port %d does not answer %s".formatted(port, words[0]);
      throw new UncheckedIOException(message, e);
    }
  }

  private static String request(String... words) {
    var text = new StringBuilder("*" + words.length + "\r\n");
    for (String word : words) {
      int length = word.getBytes(StandardCharsets.UTF_8).length;
      text.append('$').append(length).append("\r\n").append(word).append("\r\n");
    }
    return text.toString();
  }

  private static String reply(DataInputStream in) throws IOException {
    String head = line(in);
    if (!head.startsWith("$")) {
      return head.substring(1);
    }
    byte[] body = new byte[Math.max(0, Integer.parseInt(head.substring(1)))];
    in.readFully(body);
    return new String(body, StandardCharsets.UTF_8);
  }

  private static String line(DataInputStream in) throws IOException {
    var line = new StringBuilder();
    for (int c = in.readUnsignedByte(); c != '\r'; c = in.readUnsignedByte()) {
      line.append((char) c);
    }
    in.readByte();
    return line.toString();
  }
}

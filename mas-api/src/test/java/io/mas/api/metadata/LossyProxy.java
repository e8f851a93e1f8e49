package io.mas.api.metadata;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Stands between a driver and its server and passes on whole messages, until it is to lose the
 * answer to a write: the server has done it then, and the driver does not know.
 */
final class LossyProxy implements AutoCloseable {
  private static final Set<String> WRITES = Set.of("insert", "update", "delete");

  /** Of OP_MSG: header 16, flags 4, kind of section 1, length of the document 4, type 1. */
  private static final int NAME_OFFSET = 26;

  private final ServerSocket listener;
  private final int serverPort;
  private final AtomicReference<@Nullable Runnable> armed = new AtomicReference<>();
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();

  LossyProxy(int serverPort) {
    this.serverPort = serverPort;
    try {
      listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().name("lossy-proxy").start(this::accept);
  }

  /** Only the proxy is used, whatever the server says where it is. */
  String uri() {
    return "mongodb://127.0.0.1:%d/?directConnection=true".formatted(listener.getLocalPort());
  }

  /** The answer to the next write is lost: {@code then} runs, and the connection is closed. */
  void loseNextAnswer(Runnable then) {
    armed.set(then);
  }

  private void accept() {
    try {
      while (true) {
        Link link = new Link(listener.accept());
        Thread.ofVirtual().start(() -> link.run(link::requests));
        Thread.ofVirtual().start(() -> link.run(link::answers));
      }
    } catch (IOException e) {
      // closed
    }
  }

  private interface Pump {
    void run() throws IOException;
  }

  /** A connection of the driver and the one to the server that belongs to it. */
  private final class Link {
    private final Socket driver;
    private final Socket server;
    private volatile @Nullable Runnable loss;

    Link(Socket driver) throws IOException {
      this.driver = driver;
      open.add(driver);
      Socket to = new Socket();
      try {
        to = new Socket(InetAddress.getLoopbackAddress(), serverPort);
      } catch (IOException e) {
        driver.close(); // the server is down
      }
      this.server = to;
      open.add(server);
    }

    void run(Pump pump) {
      try (driver;
          server) {
        pump.run();
      } catch (IOException e) {
        // one end has closed, and so does the other
      } finally {
        open.remove(driver);
        open.remove(server);
      }
    }

    void requests() throws IOException {
      pass(driver, server, message -> loss = isWrite(message) ? armed.getAndSet(null) : loss);
    }

    void answers() throws IOException {
      pass(server, driver, message -> lose());
    }

    private void lose() throws IOException {
      Runnable then = loss;
      if (then != null) {
        then.run();
        throw new IOException("lost");
      }
    }

    private void pass(Socket from, Socket to, Check check) throws IOException {
      DataInputStream in = new DataInputStream(from.getInputStream());
      DataOutputStream out = new DataOutputStream(to.getOutputStream());
      while (true) {
        byte[] length = in.readNBytes(Integer.BYTES);
        if (length.length < Integer.BYTES) {
          return;
        }
        ByteBuffer message =
            ByteBuffer.allocate(ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getInt());
        message.put(length);
        in.readFully(message.array(), Integer.BYTES, message.capacity() - Integer.BYTES);
        check.look(message.array());
        out.write(message.array());
      }
    }
  }

  private interface Check {
    void look(byte[] message) throws IOException;
  }

  private static boolean isWrite(byte[] message) {
    int end = NAME_OFFSET;
    while (end < message.length && message[end] != 0) {
      end++;
    }
    return end > NAME_OFFSET
        && end < message.length
        && WRITES.contains(
            new String(message, NAME_OFFSET, end - NAME_OFFSET, StandardCharsets.UTF_8));
  }

  @Override
  public void close() throws IOException {
    listener.close();
    for (Socket socket : open) {
      socket.close();
    }
  }
}

package io.mas.standalone.chaos;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A link that can be broken while it is in use: a port that leads to another. It knows nothing of
 * what goes through, so it does for every protocol. Two virtual threads and two buffers of 64 KiB
 * for each connection. Thread-safe.
 */
final class TcpProxy implements AutoCloseable {
  private static final int BACKLOG = 128;
  private static final int CONNECT_MILLIS = 2000;

  private final InetSocketAddress at;
  private final InetSocketAddress to;
  private final Lane requests = new Lane();
  private final Lane answers = new Lane();
  private final Set<Connection> open = ConcurrentHashMap.newKeySet();
  private @Nullable ServerSocket listener;
  private @Nullable Thread acceptor;
  private volatile boolean closed;

  /** Which way bytes go. */
  enum Way {
    REQUESTS,
    ANSWERS,
    BOTH
  }

  /**
   * Starts it.
   *
   * @param at where it listens; port 0: a free one
   * @param to where what comes is sent; need not listen yet
   */
  TcpProxy(InetSocketAddress at, InetSocketAddress to) {
    ServerSocket first = listen(at);
    this.at = (InetSocketAddress) first.getLocalSocketAddress();
    this.to = to;
    accept(first);
  }

  private static ServerSocket listen(InetSocketAddress at) {
    try {
      ServerSocket socket = new ServerSocket();
      socket.setReuseAddress(true);
      socket.bind(at, BACKLOG);
      return socket;
    } catch (IOException e) {
      throw new UncheckedIOException("nobody can listen at " + at, e);
    }
  }

  private void accept(ServerSocket socket) {
    listener = socket;
    acceptor =
        Thread.ofVirtual()
            .name("proxy-" + at.getPort())
            .start(
                () -> {
                  try {
                    while (true) {
                      begin(socket.accept());
                    }
                  } catch (IOException _) {
                    // refused from now on, or closed
                  }
                });
  }

  private void begin(Socket client) {
    Connection connection = new Connection(client, new Socket());
    open.add(connection);
    if (refuses()) { // it came in between
      connection.cut();
    }
    Thread.ofVirtual().start(connection::run);
  }

  private synchronized boolean refuses() {
    return listener == null;
  }

  /** Where it listens. */
  InetSocketAddress address() {
    return at;
  }

  /** How bytes go from now on. */
  void set(Way way, Traffic traffic) {
    if (way != Way.ANSWERS) {
      requests.set(traffic);
    }
    if (way != Way.REQUESTS) {
      answers.set(traffic);
    }
  }

  /** Ends every connection by a reset; what was on its way is lost. New ones are taken. */
  void cut() {
    open.forEach(Connection::cut);
  }

  /** From now on nobody can connect; connections that there are live on. */
  void refuse() {
    Thread ending = stopListening();
    try {
      // As long as somebody waits in accept, the kernel goes on taking connections.
      if (ending != null && !ending.join(Duration.ofMillis(CONNECT_MILLIS))) {
        throw new IllegalStateException("the proxy at %s still accepts".formatted(at));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized @Nullable Thread stopListening() {
    ServerSocket socket = listener;
    Thread ending = acceptor;
    listener = null;
    acceptor = null;
    if (socket != null) {
      quietly(socket);
    }
    return ending;
  }

  /** Takes all faults away. What was held back comes. */
  synchronized void heal() {
    set(Way.BOTH, new Traffic.Free());
    if (listener == null && !closed) {
      accept(listen(at));
    }
  }

  /** How many bytes came through, both ways. */
  long passed() {
    return requests.passed() + answers.passed();
  }

  /** How many connections there are. */
  int connections() {
    return open.size();
  }

  private static void quietly(AutoCloseable closing) {
    try {
      closing.close();
    } catch (Exception e) {
      throw new IllegalStateException("cannot be closed: " + closing, e);
    }
  }

  /** Ends all that goes through it. */
  @Override
  public void close() {
    closed = true;
    refuse();
    cut();
    set(Way.BOTH, new Traffic.Free()); // nobody waits any more
  }

  /** One of a client, and the one to the server that belongs to it. */
  private final class Connection {
    private final Socket client;
    private final Socket server;

    Connection(Socket client, Socket server) {
      this.client = client;
      this.server = server;
    }

    void run() {
      try {
        server.connect(to, CONNECT_MILLIS);
        client.setTcpNoDelay(true);
        server.setTcpNoDelay(true);
        Thread back = Thread.ofVirtual().start(() -> pass(answers, server, client));
        pass(requests, client, server);
        back.join();
      } catch (IOException e) {
        cut(); // the server is down
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } finally {
        open.remove(this);
        quietly(client);
        quietly(server);
      }
    }

    private void pass(Lane lane, Socket from, Socket to) {
      try {
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream();
        lane.pump(in, out);
        to.shutdownOutput();
      } catch (IOException e) {
        cut(); // one end is gone, and so is the other
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    void cut() {
      reset(client);
      reset(server);
    }

    /** Without what is not sent yet. */
    private static void reset(Socket socket) {
      try (socket) {
        if (!socket.isClosed()) {
          socket.setSoLinger(true, 0);
        }
      } catch (IOException _) {
        // closed meanwhile
      }
    }
  }
}

package io.mas.standalone.chaos;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.mas.standalone.chaos.TcpProxy.Way;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A server that says everything back, behind the proxy; each fault, and its end. */
class TcpProxyTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** What does not come in this time does not come. */
  private static final int NEVER_MILLIS = 300;

  private final Echo echo = new Echo();
  private final TcpProxy proxy = new TcpProxy(loopback(0), echo.address());

  TcpProxyTest() throws IOException {}

  private static InetSocketAddress loopback(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  @AfterEach
  void close() throws IOException, InterruptedException {
    proxy.close();
    echo.close();
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket();
    socket.connect(proxy.address());
    socket.setSoTimeout((int) PATIENCE.toMillis());
    return socket;
  }

  private static void say(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(US_ASCII));
  }

  private static String hear(Socket socket, int length) throws IOException {
    return new String(socket.getInputStream().readNBytes(length), US_ASCII);
  }

  private static void assertTalks(Socket socket) throws IOException {
    say(socket, "hello");
    assertThat(hear(socket, 5)).isEqualTo("hello");
  }

  private static void assertSilent(Socket socket) throws IOException {
    socket.setSoTimeout(NEVER_MILLIS);
    assertThatThrownBy(() -> socket.getInputStream().read())
        .isInstanceOf(SocketTimeoutException.class);
    socket.setSoTimeout((int) PATIENCE.toMillis());
  }

  @Test
  void everyByteComesThroughBothWays() throws Exception {
    byte[] sent = new byte[5_000_000];
    new Random(1).nextBytes(sent);
    try (Socket socket = connect()) {
      Thread writer =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      socket.getOutputStream().write(sent);
                      socket.shutdownOutput();
                    } catch (IOException e) {
                      throw new IllegalStateException(e);
                    }
                  });
      byte[] received = socket.getInputStream().readAllBytes(); // its end comes through too
      writer.join();
      assertThat(Arrays.equals(received, sent)).isTrue();
      assertThat(proxy.passed()).isEqualTo(2L * sent.length);
    }
    await().atMost(PATIENCE).until(() -> proxy.connections() == 0);
  }

  @Test
  void aCutEndsConnectionsAndTakesNewOnes() throws Exception {
    try (Socket socket = connect()) {
      assertTalks(socket);
      proxy.cut();
      assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(SocketException.class);
    }
    try (Socket socket = connect()) {
      assertTalks(socket);
    }
  }

  @Test
  void aRefusalLeavesConnectionsAlone() throws Exception {
    try (Socket before = connect()) {
      assertTalks(before);
      proxy.refuse();
      assertThatThrownBy(this::connect).isInstanceOf(ConnectException.class);
      assertTalks(before);
    }
    proxy.heal();
    try (Socket after = connect()) {
      assertTalks(after);
    }
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void aBlackholeSaysNothingAndGivesBackWhatItHolds(Way way) throws Exception {
    try (Socket socket = connect()) {
      assertTalks(socket);
      proxy.set(way, new Traffic.Blackhole());
      say(socket, "lost?");
      assertSilent(socket);
      assertThat(echo.heard()).isEqualTo(way == Way.ANSWERS ? 10 : 5);
      proxy.heal();
      assertThat(hear(socket, 5)).isEqualTo("lost?");
    }
  }

  @Test
  void aDelayIsOnTopOfTheTimeItTakes() throws Exception {
    proxy.set(Way.REQUESTS, new Traffic.Late(Duration.ofMillis(400)));
    try (Socket socket = connect()) {
      long begin = System.nanoTime();
      assertTalks(socket);
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofMillis(400));
    }
  }

  @Test
  void aThrottledLinkIsSoSlow() throws Exception {
    proxy.set(Way.ANSWERS, new Traffic.Slow(100_000));
    try (Socket socket = connect()) {
      long begin = System.nanoTime();
      say(socket, "x".repeat(50_000));
      assertThat(hear(socket, 50_000)).hasSize(50_000);
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofMillis(490));
    }
  }

  @Test
  void theEndOfAFaultIsTheEndOfWaiting() throws Exception {
    proxy.set(Way.BOTH, new Traffic.Late(Duration.ofHours(1)));
    try (Socket socket = connect()) {
      say(socket, "early");
      assertSilent(socket);
      proxy.heal();
      assertThat(hear(socket, 5)).isEqualTo("early");
    }
  }

  @Test
  void aServerThatIsDownIsAConnectionThatEnds() throws Exception {
    echo.close();
    try (Socket socket = connect()) {
      assertThatThrownBy(() -> say(socket, "hello " + hear(socket, 1) + hear(socket, 1)))
          .isInstanceOf(SocketException.class);
    }
    await().atMost(PATIENCE).until(() -> proxy.connections() == 0);
  }

  @Test
  void nothingIsLeftOfAClosedOne() throws Exception {
    try (Socket socket = connect()) {
      assertTalks(socket);
      proxy.set(Way.BOTH, new Traffic.Blackhole());
      say(socket, "held back");
      proxy.close();
      await().atMost(PATIENCE).until(() -> proxy.connections() == 0);
      assertThatThrownBy(this::connect).isInstanceOf(ConnectException.class);
    }
  }

  /** Says back what it hears. */
  private static final class Echo {
    private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final LongAdder heard = new LongAdder();
    private final Thread acceptor = Thread.ofVirtual().start(this::accept);

    Echo() throws IOException {}

    InetSocketAddress address() {
      return (InetSocketAddress) listener.getLocalSocketAddress();
    }

    long heard() {
      return heard.sum();
    }

    private void accept() {
      try {
        while (true) {
          Socket socket = listener.accept();
          Thread.ofVirtual().start(() -> answer(socket));
        }
      } catch (IOException _) {
        // closed
      }
    }

    private void answer(Socket socket) {
      try (socket) {
        byte[] piece = new byte[8192];
        for (int n = socket.getInputStream().read(piece);
            n >= 0;
            n = socket.getInputStream().read(piece)) {
          heard.add(n);
          socket.getOutputStream().write(piece, 0, n);
        }
      } catch (IOException _) {
        // cut
      }
    }

    /** As long as somebody waits in accept, one more may come in. */
    void close() throws IOException, InterruptedException {
      listener.close();
      acceptor.join();
    }
  }
}

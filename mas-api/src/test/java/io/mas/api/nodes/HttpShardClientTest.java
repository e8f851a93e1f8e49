package io.mas.api.nodes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.mas.common.cluster.NodeAnnouncement;
import io.mas.common.cluster.NodeIdentity;
import io.mas.common.object.BlockEntry;
import io.mas.common.object.Compression;
import io.mas.common.object.ExtentId;
import io.mas.common.object.Layout;
import io.mas.common.object.ObjectHash;
import io.mas.common.object.PartId;
import io.mas.common.object.ShardKey;
import io.mas.common.protocol.CommitRecord;
import io.mas.common.protocol.CommitSummary;
import io.mas.common.protocol.InternalApi;
import io.mas.common.protocol.InternalKeys;
import io.mas.common.protocol.NodeError;
import io.mas.common.protocol.Page;
import io.mas.common.protocol.Priority;
import io.mas.common.protocol.ShardFrame;
import io.mas.common.protocol.StoredColumn;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.json.JsonMapper;

@Timeout(30)
class HttpShardClientTest {
  private static final Duration SHORT = Duration.ofMillis(500);
  private static final ShardKey KEY =
      new ShardKey(new ExtentId(new PartId(0x0123456789ab7cdeL, 0x8123456789abcdefL), 7), 5, 255);
  private static final ObjectHash HASH = new ObjectHash("ab".repeat(32));
  private static final Layout LAYOUT = Layout.of(4, 2, 1 << 20);

  private static final InternalKeys KEYS = InternalKeys.random(new SecureRandom());

  private final HttpShardClient client = newClient(SHORT);
  private final List<AutoCloseable> servers = new ArrayList<>();

  private static HttpShardClient newClient(Duration patience) {
    return new HttpShardClient(
        new NodesProperties(SHORT, SHORT, SHORT, SHORT, patience, 4, ""),
        "cluster-1",
        new RequestSigner(KEYS, InstantSource.system()),
        DefaultClientTlsStrategy.createDefault());
  }

  /** What a node got. */
  private record Seen(String method, String uri, List<String> headers, List<Byte> body) {}

  private interface Handler {
    void handle(HttpExchange exchange) throws IOException;
  }

  private interface Conversation {
    void hold(Socket socket) throws Exception;
  }

  @AfterEach
  void close() throws Exception {
    client.close();
    for (AutoCloseable server : servers) {
      server.close();
    }
  }

  private Member http(Handler handler) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            handler.handle(exchange);
          }
        });
    server.start();
    servers.add(() -> server.stop(0));
    return member(server.getAddress().getPort());
  }

  /** A server that speaks bytes; each connection on a thread of its own. */
  private Member raw(Conversation conversation) throws IOException {
    return member(listen(0, conversation).getLocalPort());
  }

  private ServerSocket listen(int port, Conversation conversation) throws IOException {
    ServerSocket server = new ServerSocket();
    server.setReuseAddress(true);
    server.setReceiveBufferSize(16 << 10); // so that a node that stops reading is soon felt
    server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    servers.add(server);
    Thread.ofVirtual().start(() -> acceptAll(server, conversation));
    return server;
  }

  private static void acceptAll(ServerSocket server, Conversation conversation) {
    try (server) {
      while (true) {
        Socket socket = server.accept();
        Thread.ofVirtual().start(() -> hold(socket, conversation));
      }
    } catch (IOException e) {
      assertThat(server.isClosed()).isTrue();
    }
  }

  private static void hold(Socket socket, Conversation conversation) {
    try (socket) {
      conversation.hold(socket);
    } catch (Exception e) {
      assertThat(e).isNotInstanceOf(AssertionError.class); // the client went away
    }
  }

  private static Member member(int port) {
    NodeIdentity identity = new NodeIdentity("cluster-1", "node-9", 42, "boot");
    return new Member(identity, URI.create("http://127.0.0.1:" + port), "host", "zone", 1);
  }

  private static Seen seen(HttpExchange exchange) throws IOException {
    List<Byte> body = new ArrayList<>();
    for (byte one : exchange.getRequestBody().readAllBytes()) {
      body.add(one);
    }
    List<String> headers = new ArrayList<>();
    for (String name :
        List.of(InternalApi.PROTOCOL, InternalApi.CLUSTER, InternalApi.NODE, InternalApi.COUNTER)) {
      headers.add(exchange.getRequestHeaders().getFirst(name));
    }
    return new Seen(
        exchange.getRequestMethod(), exchange.getRequestURI().toString(), headers, body);
  }

  private static ShardClient.Payload payload(int block, int length) {
    byte[] bytes = new byte[length];
    new Random(block).nextBytes(bytes);
    BlockEntry entry = new BlockEntry(length, length, Compression.RAW, 17 + block);
    MemorySegment memory = Arena.ofAuto().allocate(length).copyFrom(MemorySegment.ofArray(bytes));
    return new ShardClient.Payload(ShardFrame.ok(block, entry, length, 99 + block), memory);
  }

  private static byte[] onTheWire(List<ShardClient.Payload> blocks) {
    ByteBuffer wire =
        ByteBuffer.allocate(
            blocks.stream().mapToInt(b -> ShardFrame.BYTES + (int) b.bytes().byteSize()).sum());
    for (ShardClient.Payload block : blocks) {
      block.frame().writeTo(wire);
      wire.put(block.bytes().toArray(ValueLayout.JAVA_BYTE));
    }
    return wire.array();
  }

  @Test
  void aPutIsFramesAndPayloadsByteForByte() throws Exception {
    AtomicReference<Seen> got = new AtomicReference<>();
    Member node =
        http(
            exchange -> {
              got.set(seen(exchange));
              exchange.sendResponseHeaders(204, -1);
            });
    List<ShardClient.Payload> blocks = List.of(payload(3, 512), payload(4, 200_704));
    client.put(node, new ShardClient.Column(KEY, HASH, LAYOUT), blocks);
    assertThat(got.get().method()).isEqualTo("PUT");
    assertThat(got.get().uri())
        .isEqualTo(
            "/internal/v1/shards/0123456789ab7cde8123456789abcdef/7/5/00000000000000ff?hash="
                + "ab".repeat(32)
                + "&k=4&m=2&block-size=1048576&codec=1");
    assertThat(got.get().headers()).containsExactly("1", "cluster-1", "node-9", "42");
    byte[] body = new byte[got.get().body().size()];
    for (int i = 0; i < body.length; i++) {
      body[i] = got.get().body().get(i);
    }
    assertThat(body).isEqualTo(onTheWire(blocks));
  }

  @Test
  void aGetReadsTheOneBlockAskedFor() throws Exception {
    ShardClient.Payload block = payload(6, 131_072);
    AtomicReference<Seen> got = new AtomicReference<>();
    Member node = http(exchange -> answer(exchange, got, onTheWire(List.of(block))));
    MemorySegment into = Arena.ofAuto().allocate(131_072);
    assertThat(client.get(node, KEY, 6, into)).isEqualTo(block.frame());
    assertThat(into.mismatch(block.bytes())).isEqualTo(-1);
    assertThat(got.get().uri()).endsWith("/7/5/00000000000000ff?from=6&count=1");
  }

  @Test
  void severalBlocksComeWithOneAnswerThoughTheNodeHasNotAll() throws Exception {
    ShardClient.Payload first = payload(6, 1024);
    ShardClient.Payload last = payload(8, 512);
    ShardFrame absent = ShardFrame.without(7, ShardFrame.Status.ABSENT);
    ByteBuffer wire = ByteBuffer.allocate(3 * ShardFrame.BYTES + 1024 + 512);
    wire.put(onTheWire(List.of(first)));
    absent.writeTo(wire);
    wire.put(onTheWire(List.of(last)));
    AtomicReference<Seen> got = new AtomicReference<>();
    Member node = http(exchange -> answer(exchange, got, wire.array()));
    List<MemorySegment> into =
        IntStream.of(1024, 1024, 512).mapToObj(Arena.ofAuto()::allocate).toList();
    assertThat(client.get(node, KEY, 6, into, Priority.BACKGROUND))
        .containsExactly(first.frame(), absent, last.frame());
    assertThat(into.getFirst().mismatch(first.bytes())).isEqualTo(-1);
    assertThat(into.getLast().mismatch(last.bytes())).isEqualTo(-1);
    assertThat(got.get().uri()).endsWith("?from=6&count=3&priority=background");
  }

  private static void answer(HttpExchange exchange, AtomicReference<Seen> got, byte[] body)
      throws IOException {
    got.set(seen(exchange));
    exchange.sendResponseHeaders(200, body.length);
    exchange.getResponseBody().write(body);
  }

  @Test
  void aBlockThatTheNodeCannotGiveLeavesTheMemoryAlone() throws Exception {
    ByteBuffer frame = ByteBuffer.allocate(ShardFrame.BYTES);
    ShardFrame.without(6, ShardFrame.Status.DAMAGED).writeTo(frame);
    Member node = http(exchange -> answer(exchange, new AtomicReference<>(), frame.array()));
    MemorySegment into = Arena.ofAuto().allocate(512).fill((byte) 7);
    assertThat(client.get(node, KEY, 6, into).status()).isEqualTo(ShardFrame.Status.DAMAGED);
    assertThat(into.toArray(ValueLayout.JAVA_BYTE)).containsOnly(7);
  }

  @Test
  void anotherBlockOrLengthThanAskedForIsNoAnswer() throws Exception {
    byte[] wire = onTheWire(List.of(payload(6, 1024)));
    Member node = http(exchange -> answer(exchange, new AtomicReference<>(), wire));
    assertNoAnswer(() -> client.get(node, KEY, 5, Arena.ofAuto().allocate(1024)));
    assertNoAnswer(() -> client.get(node, KEY, 6, Arena.ofAuto().allocate(512)));
  }

  private interface Call {
    void run() throws Exception;
  }

  private static void assertNoAnswer(Call call) {
    assertThatExceptionOfType(NodeException.class)
        .isThrownBy(call::run)
        .satisfies(e -> assertThat(e.error()).isEmpty());
  }

  @ParameterizedTest
  @EnumSource(NodeError.class)
  void aRefusalIsToldByItsNameAndNotRepeated(NodeError error) throws Exception {
    AtomicInteger asked = new AtomicInteger();
    Member node =
        http(
            exchange -> {
              asked.incrementAndGet();
              exchange.getRequestBody().readAllBytes();
              byte[] text = "why".getBytes(StandardCharsets.UTF_8);
              exchange.getResponseHeaders().add(InternalApi.ERROR, error.name());
              exchange.getResponseHeaders().add("Retry-After", "1");
              exchange.sendResponseHeaders(error.httpStatus(), text.length);
              exchange.getResponseBody().write(text);
            });
    assertThatExceptionOfType(NodeException.class)
        .isThrownBy(() -> client.delete(node, KEY))
        .satisfies(e -> assertThat(e.error()).contains(error))
        .withMessageContaining("node-9")
        .withMessageContaining("why");
    assertThat(asked).hasValue(1);
  }

  @Test
  void aRefusalWithoutANameIsNoAnswer() throws Exception {
    Member node = http(exchange -> exchange.sendResponseHeaders(502, -1));
    assertNoAnswer(() -> client.delete(node, KEY));
  }

  @Test
  void aCommitRecordIsSentAsJson() throws Exception {
    AtomicReference<Seen> got = new AtomicReference<>();
    Member node =
        http(
            exchange -> {
              got.set(seen(exchange));
              exchange.sendResponseHeaders(204, -1);
            });
    CommitRecord record =
        new CommitRecord(
            CommitRecord.FORMAT, HASH, 8, CommitRecord.State.PREPARED, 0, "名.txt", 5, List.of());
    client.putCommitRecord(node, record);
    assertThat(got.get().uri()).isEqualTo("/internal/v1/commits/" + HASH + "/8");
    var body = new ByteArrayOutputStream();
    got.get().body().forEach(body::write);
    assertThat(JsonMapper.shared().readValue(body.toByteArray(), CommitRecord.class))
        .isEqualTo(record);
  }

  @Test
  void theNewerRecordsOfAFileAreAskedFor() throws Exception {
    var page = new Page<>(List.of(CommitSummary.damaged(11)), 1, null);
    AtomicReference<Seen> got = new AtomicReference<>();
    byte[] json = JsonMapper.shared().writeValueAsBytes(page);
    Member node = http(exchange -> answer(exchange, got, json));
    assertThat(client.commits(node, HASH, 8)).isEqualTo(page);
    assertThat(got.get().uri()).isEqualTo("/internal/v1/commits/" + HASH + "?above=8");
  }

  @Test
  void aNodeSaysWhoItIs() throws Exception {
    NodeAnnouncement announcement = SimulatedNodes.announcements("cluster-1", 1).getFirst();
    AtomicReference<Seen> got = new AtomicReference<>();
    byte[] json = JsonMapper.shared().writeValueAsBytes(announcement);
    Member node = http(exchange -> answer(exchange, got, json));
    assertThat(client.identify(node.address())).isEqualTo(announcement);
    assertThat(got.get().uri()).isEqualTo("/internal/v1/identity");
  }

  // Nodes that misbehave

  private static void readHead(Socket socket) throws IOException {
    InputStream in = socket.getInputStream();
    int lines = 0;
    while (lines < 4) {
      int one = in.read();
      if (one < 0) {
        throw new IOException("closed by the client");
      }
      lines = one == '\r' || one == '\n' ? lines + 1 : 0;
    }
  }

  private static void write(Socket socket, String text) throws IOException {
    OutputStream out = socket.getOutputStream();
    out.write(text.getBytes(StandardCharsets.US_ASCII));
    out.flush();
  }

  @Test
  void aBodyThatIsCutShortIsNoAnswer() throws Exception {
    byte[] wire = onTheWire(List.of(payload(0, 4096)));
    Member node =
        raw(
            socket -> {
              readHead(socket);
              write(socket, "HTTP/1.1 200 OK\r\nContent-Length: " + wire.length + "\r\n\r\n");
              socket.getOutputStream().write(wire, 0, wire.length / 2);
            });
    assertNoAnswer(() -> client.get(node, KEY, 0, Arena.ofAuto().allocate(4096)));
  }

  @Test
  void aNodeThatIsAwayIsNoAnswer() throws Exception {
    ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    int port = closed.getLocalPort();
    closed.close();
    assertNoAnswer(() -> client.delete(member(port), KEY));
  }

  @Test
  void aNodeThatNeverAnswersIsGivenUp() throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    servers.add(end::countDown);
    Member node = raw(socket -> end.await());
    assertNoAnswer(() -> client.delete(node, KEY));
    assertNoAnswer(() -> client.identify(node.address()));
  }

  /** The time-out of a socket begins anew with each byte; the deadline does not. */
  @Test
  void aNodeThatTricklesIsGivenUp() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    Member node =
        raw(
            socket -> {
              readHead(socket);
              write(socket, "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
              while (!never.await(50, TimeUnit.MILLISECONDS)) {
                write(socket, "x");
              }
            });
    assertNoAnswer(() -> client.identify(node.address()));
  }

  /** There is no time-out for writing to a socket whose other side has stopped reading. */
  @Test
  void aNodeThatStopsReadingIsGivenUp() throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    servers.add(end::countDown);
    Member node = raw(socket -> end.await());
    List<ShardClient.Payload> blocks = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      blocks.add(payload(i, 1 << 20)); // more than both sockets' buffers take
    }
    long begin = System.nanoTime();
    Layout layout = Layout.of(1, 1, 1 << 20);
    assertNoAnswer(() -> client.put(node, new ShardClient.Column(KEY, HASH, layout), blocks));
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(20));
  }

  @Test
  void interruptingTheCallerEndsTheCall() throws Exception {
    CountDownLatch arrived = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    servers.add(end::countDown);
    Member node =
        raw(
            socket -> {
              readHead(socket);
              arrived.countDown();
              end.await();
            });
    AtomicReference<Throwable> failure = new AtomicReference<>();
    try (HttpShardClient patient = newClient(Duration.ofMinutes(1))) {
      Thread caller = Thread.ofVirtual().start(() -> deleteInto(patient, node, failure));
      assertThat(arrived.await(5, TimeUnit.SECONDS)).isTrue();
      caller.interrupt();
      await().until(() -> !caller.isAlive());
    }
    assertThat(failure.get())
        .isInstanceOfSatisfying(
            NodeException.class, e -> assertThat(e.saysNothing()).as("%s", e).isTrue());
  }

  private static void deleteInto(
      HttpShardClient client, Member node, AtomicReference<Throwable> failure) {
    try {
      client.delete(node, KEY);
    } catch (NodeException | RuntimeException e) {
      failure.set(e);
    }
  }

  private static void answerOnce(Socket socket) throws IOException {
    readHead(socket);
    write(socket, "HTTP/1.1 204 No Content\r\n\r\n");
  }

  @Test
  void aConnectionThatWentStaleIsReplaced() throws Exception {
    AtomicInteger connections = new AtomicInteger();
    Member node =
        raw(
            socket -> {
              connections.incrementAndGet();
              answerOnce(socket); // and then closes, although the answer did not say so
            });
    for (int i = 0; i < 5; i++) {
      client.delete(node, KEY);
    }
    assertThat(connections).hasValue(5);
  }

  /** Several kept connections go stale together when a node restarts on the same port. */
  @Test
  void aNodeThatRestartsOnTheSamePortIsSpokenToAtOnce() throws Exception {
    List<Socket> kept = new java.util.concurrent.CopyOnWriteArrayList<>();
    CountDownLatch together = new CountDownLatch(4);
    ServerSocket first =
        listen(
            0,
            socket -> {
              kept.add(socket);
              readHead(socket);
              together.countDown();
              together.await();
              write(socket, "HTTP/1.1 204 No Content\r\n\r\n");
              readHead(socket);
            });
    Member node = member(first.getLocalPort());
    List<Integer> four = List.of(1, 2, 3, 4);
    assertThat(Fanout.each(four, i -> client.delete(node, KEY)))
        .allMatch(java.util.Optional::isEmpty);
    first.close();
    for (Socket socket : kept) {
      socket.close();
    }
    await() // the accepting thread lets go of the port a moment later
        .ignoreExceptions()
        .until(() -> listen(first.getLocalPort(), HttpShardClientTest::answerOnce).isBound());
    for (int i = 0; i < 4; i++) {
      client.delete(node, KEY);
    }
  }

  @Test
  void listsPageByPage() throws Exception {
    AtomicReference<Seen> got = new AtomicReference<>();
    String page =
        """
        {"rows":[{"part":"0123456789ab7cde8123456789abcdef","ordinal":7,"shard":5,
          "attempt":"00000000000000ff","bytes":672,"hash":{"hex":"%s"},
          "layout":{"k":4,"m":2,"blockSize":1048576,"codec":1}}],
         "damaged":1,"next":"b"}
        """
            .formatted(HASH);
    byte[] body = page.getBytes(StandardCharsets.UTF_8);
    Member node = http(exchange -> answer(exchange, got, body));
    assertThat(client.inventory(node, "a/b c", 250))
        .isEqualTo(new Page<>(List.of(StoredColumn.of(KEY, 672, HASH, LAYOUT)), 1, "b"));
    assertThat(got.get().uri()).isEqualTo("/internal/v1/inventory?cursor=a%2Fb+c&limit=250");
  }
}

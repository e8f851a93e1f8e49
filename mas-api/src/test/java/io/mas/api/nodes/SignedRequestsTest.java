package io.mas.api.nodes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.mas.common.cluster.NodeIdentity;
import io.mas.common.object.BlockEntry;
import io.mas.common.object.Compression;
import io.mas.common.object.ExtentId;
import io.mas.common.object.Layout;
import io.mas.common.object.ObjectHash;
import io.mas.common.object.PartId;
import io.mas.common.object.ShardKey;
import io.mas.common.protocol.CommitRecord;
import io.mas.common.protocol.InternalApi;
import io.mas.common.protocol.InternalKey;
import io.mas.common.protocol.InternalKeys;
import io.mas.common.protocol.NodeError;
import io.mas.common.protocol.ShardFrame;
import io.mas.common.protocol.SignedRequest;
import io.mas.common.protocol.SignedTime;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32C;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a node finds in the requests of a gateway, and what the gateway makes of its refusals. */
@Timeout(30)
class SignedRequestsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final ShardKey KEY = new ShardKey(new ExtentId(new PartId(1L << 12, 2), 0), 1, 3);
  private static final ObjectHash HASH = new ObjectHash("ab".repeat(32));
  private static final InternalKeys KEYS = InternalKeys.random(new SecureRandom());

  private final AtomicLong time = new AtomicLong(1_790_000_000_000L);
  private final HttpShardClient client =
      new HttpShardClient(
          new NodesProperties(PATIENCE, PATIENCE, PATIENCE, PATIENCE, PATIENCE, 4, ""),
          "cluster-1",
          new RequestSigner(KEYS, () -> Instant.ofEpochMilli(time.get())),
          DefaultClientTlsStrategy.createDefault());
  private final List<HttpServer> servers = new ArrayList<>();

  /** A request as it arrived. */
  private record Got(SignedRequest request, String key, String signature, boolean bodyIntact) {
    boolean genuine() {
      return bodyIntact
          && key.equals(KEYS.first().id())
          && request.signedBy(KEYS.first(), signature);
    }
  }

  /** A node that answers each request as the test says. */
  private final class Node {
    final List<Got> got = new CopyOnWriteArrayList<>();
    final Member member;

    Node(Answer answer) throws IOException {
      HttpServer server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.createContext(
          "/",
          exchange -> {
            try (exchange) {
              got.add(read(exchange));
              answer.give(exchange, got.getLast());
            }
          });
      server.start();
      servers.add(server);
      member =
          new Member(
              new NodeIdentity("cluster-1", "node-9", 42, "boot"),
              URI.create("http://127.0.0.1:" + server.getAddress().getPort()),
              "host",
              "zone",
              1);
    }
  }

  private interface Answer {
    void give(HttpExchange exchange, Got got) throws IOException;
  }

  @AfterEach
  void close() {
    client.close();
    servers.forEach(server -> server.stop(0));
  }

  private static Got read(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readAllBytes();
    CRC32C crc = new CRC32C();
    crc.update(body);
    SignedRequest request =
        new SignedRequest(
            exchange.getRequestMethod(),
            exchange.getRequestURI().toString(),
            header(exchange, InternalApi.PROTOCOL),
            header(exchange, InternalApi.CLUSTER),
            header(exchange, InternalApi.NODE),
            header(exchange, InternalApi.COUNTER),
            body.length,
            header(exchange, InternalApi.BODY_CRC),
            header(exchange, InternalApi.TIME),
            header(exchange, InternalApi.NONCE));
    return new Got(
        request,
        header(exchange, InternalApi.KEY),
        header(exchange, InternalApi.SIGNATURE),
        HexFormat.of().toHexDigits((int) crc.getValue()).equals(request.crc()));
  }

  private static String header(HttpExchange exchange, String name) {
    String value = exchange.getRequestHeaders().getFirst(name);
    return value == null ? "" : value;
  }

  private static void done(HttpExchange exchange, Got got) throws IOException {
    exchange.sendResponseHeaders(204, -1);
  }

  private static void refuse(HttpExchange exchange, String error, int status) throws IOException {
    byte[] text = "why".getBytes(StandardCharsets.US_ASCII);
    exchange.getResponseHeaders().add(InternalApi.ERROR, error);
    exchange.sendResponseHeaders(status, text.length);
    exchange.getResponseBody().write(text);
  }

  private static void put(HttpShardClient by, Member node) throws NodeException {
    List<ShardClient.Payload> blocks = new ArrayList<>();
    for (int block = 0; block < 3; block++) {
      int length = 70_000 * block + 512;
      byte[] bytes = new byte[length];
      new Random(block).nextBytes(bytes);
      MemorySegment memory = Arena.ofAuto().allocate(length).copyFrom(MemorySegment.ofArray(bytes));
      BlockEntry entry = new BlockEntry(length, length, Compression.RAW, block);
      blocks.add(new ShardClient.Payload(ShardFrame.ok(block, entry, length, 99), memory));
    }
    by.put(node, new ShardClient.Column(KEY, HASH, Layout.of(4, 2, 1 << 20)), blocks);
  }

  @Test
  void everyRequestIsSignedWithItsBody() throws Exception {
    Node node = new Node(SignedRequestsTest::done);
    put(client, node.member);
    client.delete(node.member, KEY);
    client.putCommitRecord(
        node.member,
        new CommitRecord(1, HASH, 8, CommitRecord.State.PREPARED, 0, "名.txt", 5, List.of()));
    assertNoAnswer(() -> client.get(node.member, KEY, 0, Arena.ofAuto().allocate(512)));
    assertNoAnswer(() -> client.identify(node.member.address()));
    assertThat(node.got).hasSize(5).allMatch(Got::genuine);
    assertThat(node.got).extracting(got -> got.request().time()).containsOnly("" + time.get());
    assertThat(node.got).extracting(got -> got.request().nonce()).doesNotHaveDuplicates();
    SignedRequest identify = node.got.getLast().request();
    assertThat(identify.node() + identify.counter() + identify.cluster()).isEmpty();
  }

  private interface Call {
    void run() throws Exception;
  }

  private static void assertNoAnswer(Call call) {
    assertThatExceptionOfType(NodeException.class)
        .isThrownBy(call::run)
        .satisfies(e -> assertThat(e.error()).isEmpty());
  }

  private static void assertRefused(NodeError error, Call call) {
    assertThatExceptionOfType(NodeException.class)
        .isThrownBy(call::run)
        .satisfies(e -> assertThat(e.error()).contains(error));
  }

  /**
   * A try that was lost with a stale connection may have been taken, so the next one is another.
   */
  @Test
  void everyTryHasANonceOfItsOwn() throws Exception {
    List<Boolean> lost = new CopyOnWriteArrayList<>(List.of(false, true, false));
    Node node =
        new Node(
            (exchange, got) -> {
              if (!lost.removeFirst()) {
                done(exchange, got);
              } // else the connection is closed without an answer
            });
    put(client, node.member);
    put(client, node.member);
    assertThat(node.got).hasSize(3).allMatch(Got::genuine);
    assertThat(node.got).extracting(got -> got.request().nonce()).doesNotHaveDuplicates();
  }

  // Clocks

  /** A node whose clock is ahead of ours. */
  private Node ahead(long millis, InternalKey answers) throws IOException {
    return new Node(
        (exchange, got) -> {
          long now = time.get() + millis;
          if (Math.abs(now - Long.parseLong(got.request().time())) <= 60_000) {
            done(exchange, got);
            return;
          }
          exchange.getResponseHeaders().add(InternalApi.TIME, "" + now);
          exchange.getResponseHeaders().add(InternalApi.KEY, answers.id());
          exchange
              .getResponseHeaders()
              .add(InternalApi.SIGNATURE, new SignedTime(now, got.request().nonce()).sign(answers));
          refuse(exchange, "CLOCK_SKEW", 401);
        });
  }

  @Test
  void theClockOfEachNodeIsFollowedAfterOneRefusal() throws Exception {
    Node fast = ahead(3_600_000, KEYS.first());
    Node slow = ahead(-3_600_000, KEYS.first());
    for (int i = 0; i < 3; i++) {
      put(client, fast.member);
      put(client, slow.member);
      time.addAndGet(1000);
    }
    for (Node node : List.of(fast, slow)) {
      assertThat(node.got).hasSize(4).allMatch(Got::genuine);
      assertThat(node.got).extracting(got -> got.request().nonce()).doesNotHaveDuplicates();
    }
  }

  @Test
  void aTimeThatIsNotSignedForThisRequestIsNotFollowed() throws Exception {
    InternalKey foreign = InternalKeys.random(new SecureRandom()).first();
    Node forged = ahead(3_600_000, foreign);
    assertRefused(NodeError.CLOCK_SKEW, () -> put(client, forged.member));
    assertThat(forged.got).hasSize(1);
    SignedTime earlier = new SignedTime(time.get() + 3_600_000, "00000000000000ff");
    Node replaying =
        new Node(
            (exchange, got) -> {
              exchange.getResponseHeaders().add(InternalApi.TIME, "" + earlier.time());
              exchange.getResponseHeaders().add(InternalApi.KEY, KEYS.first().id());
              exchange.getResponseHeaders().add(InternalApi.SIGNATURE, earlier.sign(KEYS.first()));
              refuse(exchange, "CLOCK_SKEW", 401);
            });
    assertRefused(NodeError.CLOCK_SKEW, () -> client.delete(replaying.member, KEY));
    assertThat(replaying.got).hasSize(1);
    assertThat(replaying.got.getFirst().request().time()).isEqualTo("" + time.get());
  }

  /** A node that is never content with the time is not asked for ever. */
  @Test
  void aSkewIsCorrectedOnce() throws Exception {
    Node never =
        new Node(
            (exchange, got) -> {
              long now = time.addAndGet(3_600_000);
              exchange.getResponseHeaders().add(InternalApi.TIME, "" + now);
              exchange.getResponseHeaders().add(InternalApi.KEY, KEYS.first().id());
              exchange
                  .getResponseHeaders()
                  .add(
                      InternalApi.SIGNATURE,
                      new SignedTime(now, got.request().nonce()).sign(KEYS.first()));
              refuse(exchange, "CLOCK_SKEW", 401);
            });
    assertRefused(NodeError.CLOCK_SKEW, () -> client.delete(never.member, KEY));
    assertThat(never.got).hasSize(2);
  }

  // Refusals

  @Test
  void whoDoesNotTrustUsIsNotAskedAgainAndTheOperatorIsTold() throws Exception {
    Node node = new Node((exchange, got) -> refuse(exchange, "UNAUTHENTICATED", 401));
    assertThatExceptionOfType(NodeException.class)
        .isThrownBy(() -> put(client, node.member))
        .satisfies(e -> assertThat(e.error()).contains(NodeError.UNAUTHENTICATED))
        .satisfies(e -> assertThat(e.notFound()).isFalse())
        .withMessageContaining("mas.internal.keys")
        .withMessageContaining(KEYS.first().id());
    assertThat(node.got).hasSize(1);
  }

  @Test
  void aNodeOfAnotherProtocolIsNamedAsSuch() throws Exception {
    Node node = new Node((exchange, got) -> refuse(exchange, "UNSUPPORTED_PROTOCOL", 426));
    assertThatExceptionOfType(NodeException.class)
        .isThrownBy(() -> client.delete(node.member, KEY))
        .satisfies(e -> assertThat(e.error()).contains(NodeError.UNSUPPORTED_PROTOCOL))
        .withMessageContaining("426")
        .withMessageContaining("this gateway speaks 1: upgrade the older of the two");
  }

  @Test
  void aRefusalOfANewerNodeIsNoEvidence() throws Exception {
    Node node = new Node((exchange, got) -> refuse(exchange, "OVER_QUOTA", 404));
    assertThatExceptionOfType(NodeException.class)
        .isThrownBy(() -> client.delete(node.member, KEY))
        .satisfies(e -> assertThat(e.error()).isEmpty())
        .satisfies(e -> assertThat(e.notFound()).isFalse())
        .withMessageContaining("OVER_QUOTA")
        .withMessageContaining("this version does not know");
  }
}

package io.mas.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.mas.common.cluster.InProcessDiscovery;
import io.mas.common.object.ShardKey;
import io.mas.common.protocol.CommitRecord;
import io.mas.common.protocol.InternalApi;
import io.mas.common.protocol.InternalKey;
import io.mas.common.protocol.InternalKeys;
import io.mas.common.protocol.ShardFrame;
import io.mas.common.protocol.SignedTime;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/** What a node makes of requests that its gateways have not signed, over real HTTP. */
final class SignatureTest {
  private static final ShardKey KEY = NodeClient.key(1);
  private static final String SHARD = InternalApi.shardPath(KEY);
  private static final String PUT = SHARD + NodeClient.ORIGIN;
  private static final byte[] FRAMES = NodeClient.frames(0, 2, 1);
  private static final byte[] NOTHING = {};
  private static final MeterRegistry METERS = new SimpleMeterRegistry();

  private static StorageNode node;
  private static NodeClient client;

  @BeforeAll
  static void start(@TempDir Path data) {
    node = start(data, NodeClient.KEYS, METERS);
    client = NodeClient.of(node);
  }

  private static StorageNode start(Path data, InternalKeys keys) {
    return start(data, keys, new SimpleMeterRegistry());
  }

  private static StorageNode start(Path data, InternalKeys keys, MeterRegistry meters) {
    return StorageNode.start(
        StorageNodeProperties.embedded(data, "cluster-a", "node-1"),
        keys,
        new InProcessDiscovery(),
        meters);
  }

  @AfterAll
  static void stop() {
    client.close();
    node.close();
  }

  private static void assertUnauthenticated(HttpResponse<byte[]> answer, String what) {
    assertThat(answer.statusCode()).as(what).isEqualTo(401);
    assertThat(NodeClient.error(answer)).as(what).isEqualTo("UNAUTHENTICATED");
    assertThat(NodeClient.text(answer)).as(what).isEqualTo("not signed for this node\n");
  }

  private static void assertNothingStored() {
    assertThat(NodeClient.text(client.get(InternalApi.INVENTORY_PATH))).contains("\"rows\":[]");
    assertThat(NodeClient.text(client.get(InternalApi.COMMITS_PATH))).contains("\"rows\":[]");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        InternalApi.IDENTITY_PATH,
        InternalApi.INVENTORY_PATH,
        InternalApi.COMMITS_PATH,
        "/internal/v1/nonsense",
        "/%69nternal/v1/identity",
        "//internal/v1/identity",
        "/internal/v1/../v1/identity",
        "/actuator",
        "/health",
        "/metrics",
        "/error",
        "/"
      })
  void whoSignsNothingLearnsNothing(String path) {
    double before = METERS.get("mas.node.strangers").counter().count();
    HttpResponse<byte[]> answer = client.send("GET", path, NOTHING, Map.of());
    assertUnauthenticated(answer, path);
    assertThat(answer.headers().map().keySet())
        .containsExactlyInAnyOrder(
            "content-type", "content-length", "date", "mas-error", "www-authenticate");
    assertThat(METERS.get("mas.node.strangers").counter().count()).isEqualTo(before + 1);
  }

  @Test
  void everyHeaderIsNeeded() {
    for (String missing : client.signed("PUT", PUT, FRAMES).keySet()) {
      Map<String, String> headers = new HashMap<>(client.signed("PUT", PUT, FRAMES));
      headers.remove(missing);
      assertUnauthenticated(client.send("PUT", PUT, FRAMES, headers), missing);
    }
    assertNothingStored();
  }

  /** A seeded sample of single characters and bytes: in each element, at any place. */
  @Test
  void whateverIsAlteredIsRefused() {
    long seed = new Random().nextLong();
    System.out.println("whateverIsAlteredIsRefused: seed " + seed);
    Random random = new Random(seed);
    for (int i = 0; i < 200; i++) {
      Map<String, String> headers = new HashMap<>(client.signed("PUT", PUT, FRAMES));
      List<String> names = headers.keySet().stream().sorted().toList();
      String path = PUT;
      byte[] body = FRAMES;
      int element = random.nextInt(names.size() + 2);
      if (element < names.size()) {
        headers.compute(names.get(element), (name, value) -> altered(value, random));
      } else if (element == names.size()) {
        path = SHARD + NodeClient.ORIGIN.replace('=', (char) random.nextInt('a', 'z' + 1));
      } else {
        body = altered(body, random);
      }
      String what = "seed %d, alteration %d of element %d".formatted(seed, i, element);
      assertUnauthenticated(client.send("PUT", path, body, headers), what);
    }
    assertNothingStored();
  }

  private static String altered(String value, Random random) {
    StringBuilder text = new StringBuilder(value);
    int at = random.nextInt(value.length());
    char other = (char) random.nextInt('!', '~' + 1);
    switch (random.nextInt(3)) {
      case 0 -> text.insert(at, other);
      case 1 -> text.setCharAt(at, other == value.charAt(at) ? '~' : other);
      default -> text.deleteCharAt(at);
    }
    return text.toString();
  }

  private static byte[] altered(byte[] body, Random random) {
    byte[] other = Arrays.copyOf(body, body.length + random.nextInt(-1, 2));
    if (other.length == body.length) {
      other[random.nextInt(body.length)] ^= (byte) (1 << random.nextInt(8));
    }
    return other;
  }

  @ParameterizedTest
  @CsvSource({"GET,POST", "GET,DELETE", "DELETE,GET", "PUT,POST"})
  void theMethodIsSigned(String signed, String sent) {
    Map<String, String> headers = client.signed(signed, SHARD, NOTHING);
    assertUnauthenticated(client.send(sent, SHARD, NOTHING, headers), signed + " as " + sent);
  }

  /** Each frame is in order, and the whole is not what was signed: only the signature can tell. */
  @Test
  void framesThatWereReplacedByOthersAreRefused() {
    Map<String, String> headers = client.signed("PUT", PUT, FRAMES);
    assertUnauthenticated(client.send("PUT", PUT, NodeClient.frames(0, 2, 9), headers), "frames");
    byte[] large = NodeClient.frames(0, 16, 1);
    headers = client.signed("PUT", PUT, large);
    large[large.length - 1] ^= 1;
    assertUnauthenticated(client.send("PUT", PUT, large, headers), "the last byte");
    byte[] noFrames = new byte[large.length];
    assertUnauthenticated(client.send("PUT", PUT, noFrames, headers), "no frames at all");
    assertNothingStored();
  }

  @Test
  void aCommitRecordThatWasAlteredIsRefused() {
    CommitRecord commit =
        new CommitRecord(1, NodeClient.HASH, 3, CommitRecord.State.PREPARED, 5, "a", 9, List.of());
    String path = InternalApi.COMMITS_PATH + "/" + NodeClient.HASH + "/3";
    String text = JsonMapper.shared().writeValueAsString(commit);
    Map<String, String> headers = client.signed("PUT", path, text.getBytes(StandardCharsets.UTF_8));
    byte[] altered = text.replace("PREPARED", "DELETED ").getBytes(StandardCharsets.UTF_8);
    assertUnauthenticated(client.send("PUT", path, altered, headers), "commit record");
    assertNothingStored();
  }

  /** Chunks have no length that could have been signed. */
  @Test
  void aBodyInChunksIsRefused() throws IOException {
    Map<String, String> headers = client.signed("PUT", PUT, NOTHING);
    StringBuilder request = new StringBuilder("PUT " + PUT + " HTTP/1.1\r\nHost: node\r\n");
    headers.forEach((name, value) -> request.append(name + ": " + value + "\r\n"));
    request.append("Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n1\r\nx\r\n0\r\n\r\n");
    assertThat(raw(request.toString())).startsWith("HTTP/1.1 401 ").contains("UNAUTHENTICATED");
    assertNothingStored();
  }

  /** What the server itself refuses tells a stranger nothing of us either. */
  @ParameterizedTest
  @ValueSource(strings = {"GET /internal/v1/identity?a=| HTTP/1.1", "no request", "GET / HTTP/9.9"})
  void whatIsNoRequestIsAnsweredWithoutDetails(String line) throws IOException {
    String answer = raw(line + "\r\nHost: node\r\nConnection: close\r\n\r\n");
    assertThat(answer).isNotEmpty().doesNotContainIgnoringCase("tomcat");
    assertThat(answer).doesNotContain("cluster-a", node.identity().nodeId(), "java.");
  }

  private static String raw(String request) throws IOException {
    try (Socket socket = new Socket(node.address().getHost(), node.address().getPort())) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      InputStream in = socket.getInputStream();
      return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
    }
  }

  // Time

  @ParameterizedTest
  @ValueSource(longs = {-90_000, -61_000, 62_000, 90_000, -1_700_000_000_000L})
  void aRequestOfAnotherTimeIsToldTheNodesTime(long skew) {
    long before = System.currentTimeMillis();
    InternalKey key = NodeClient.KEYS.first();
    Map<String, String> headers = client.signed("PUT", PUT, FRAMES, key, before + skew);
    HttpResponse<byte[]> answer = client.send("PUT", PUT, FRAMES, headers);
    assertThat(answer.statusCode()).isEqualTo(401);
    assertThat(NodeClient.error(answer)).isEqualTo("CLOCK_SKEW");
    assertThat(NodeClient.text(answer)).contains("" + (before + skew));
    assertThat(signedTime(answer, headers, key)).isBetween(before - 50, before + 10_000);
    assertNothingStored();
  }

  /** The time of an answer, if it is signed for this request. */
  private static long signedTime(
      HttpResponse<byte[]> answer, Map<String, String> request, InternalKey key) {
    long time = answer.headers().firstValueAsLong(InternalApi.TIME).orElseThrow();
    String signature = answer.headers().firstValue(InternalApi.SIGNATURE).orElseThrow();
    assertThat(answer.headers().firstValue(InternalApi.KEY)).contains(key.id());
    assertThat(
            new SignedTime(time, request.getOrDefault(InternalApi.NONCE, ""))
                .signedBy(key, signature))
        .isTrue();
    return time;
  }

  @ParameterizedTest
  @ValueSource(longs = {-55_000, 55_000})
  void aClockMayBeWrongByAMinute(long skew) {
    long time = System.currentTimeMillis() + skew;
    Map<String, String> headers =
        client.signed("GET", InternalApi.INVENTORY_PATH, NOTHING, NodeClient.KEYS.first(), time);
    assertThat(client.send("GET", InternalApi.INVENTORY_PATH, NOTHING, headers).statusCode())
        .isEqualTo(200);
  }

  /**
   * Whoever signs by another key cannot verify the time, and a stranger's nonce is no text of his
   * choice.
   */
  @Test
  void theTimeIsSignedByTheNodesKeyAlone() {
    InternalKey foreign = InternalKeys.random(new SecureRandom()).first();
    long now = System.currentTimeMillis();
    Map<String, String> headers = new HashMap<>(client.signed("PUT", PUT, FRAMES, foreign, now));
    HttpResponse<byte[]> answer = client.send("PUT", PUT, FRAMES, headers);
    assertUnauthenticated(answer, "foreign key");
    assertThat(signedTime(answer, headers, NodeClient.KEYS.first())).isPositive();
    headers.put(InternalApi.NONCE, "no nonce");
    answer = client.send("PUT", PUT, FRAMES, headers);
    assertUnauthenticated(answer, "foreign key and no nonce");
    assertThat(answer.headers().firstValue(InternalApi.SIGNATURE)).isEmpty();
  }

  // Replay

  /** What somebody on the path has seen. */
  private static final class Recorded {
    final String name;
    private final String method;
    private final String path;
    private final byte[] body;
    private final Map<String, String> headers;

    Recorded(NodeClient by, String method, String path, byte[] body) {
      this.name = method + " " + path;
      this.method = method;
      this.path = path;
      this.body = body;
      this.headers = by.signed(method, path, body);
    }

    HttpResponse<byte[]> send(NodeClient by) {
      return by.send(method, path, body, headers);
    }
  }

  private static List<Recorded> oneOfEachKind(NodeClient by) {
    String commit = InternalApi.COMMITS_PATH + "/" + NodeClient.HASH + "/3";
    byte[] record =
        JsonMapper.shared()
            .writeValueAsBytes(
                new CommitRecord(
                    1, NodeClient.HASH, 3, CommitRecord.State.PREPARED, 5, "a", 9, List.of()));
    return List.of(
        new Recorded(by, "GET", InternalApi.IDENTITY_PATH, NOTHING),
        new Recorded(by, "PUT", PUT, FRAMES),
        new Recorded(by, "GET", SHARD + "?from=0&count=2", NOTHING),
        new Recorded(by, "POST", SHARD + "/verify", NOTHING),
        new Recorded(by, "GET", InternalApi.INVENTORY_PATH, NOTHING),
        new Recorded(by, "PUT", commit, record),
        new Recorded(by, "GET", InternalApi.COMMITS_PATH, NOTHING),
        new Recorded(by, "DELETE", SHARD, NOTHING));
  }

  @Test
  void aReplayIsRefusedAndSoIsOneToTheNextLife(@TempDir Path data) {
    List<Recorded> recorded;
    try (StorageNode first = start(data, NodeClient.KEYS);
        NodeClient gateway = NodeClient.of(first)) {
      recorded = oneOfEachKind(gateway);
      for (Recorded one : recorded) {
        assertThat(one.send(gateway).statusCode()).as(one.name).isLessThan(300);
        assertUnauthenticated(one.send(gateway), "again: " + one.name);
      }
      assertThat(gateway.put(KEY, FRAMES).statusCode()).isEqualTo(204);
    }
    try (StorageNode second = start(data, NodeClient.KEYS);
        NodeClient gateway = NodeClient.of(second)) {
      // The node has forgotten the nonces, but its life is signed too. Only who it is may be
      // asked again, which changes nothing.
      for (Recorded one : recorded.subList(1, recorded.size())) {
        HttpResponse<byte[]> answer = one.send(gateway);
        assertThat(NodeClient.error(answer)).as(one.name).isEqualTo("IDENTITY_MISMATCH");
      }
      assertThat(gateway.get(KEY, 0, 2).body()).isEqualTo(FRAMES);
    }
  }

  @Test
  void aRequestToAnotherNodeIsRefusedThere(@TempDir Path data) {
    try (StorageNode other = start(data, NodeClient.KEYS);
        NodeClient there = NodeClient.of(other)) {
      Map<String, String> headers = client.signed("DELETE", SHARD, NOTHING);
      assertThat(NodeClient.error(there.send("DELETE", SHARD, NOTHING, headers)))
          .isEqualTo("IDENTITY_MISMATCH");
    }
  }

  // Keys

  @Test
  void eachKeyOfTheListVerifiesAndNoOther(@TempDir Path data) {
    String second = NodeClient.randomHex(32);
    InternalKeys both = InternalKeys.parse(List.of(NodeClient.KEY, second));
    InternalKey removed = InternalKeys.random(new SecureRandom()).first();
    try (StorageNode two = start(data, both);
        NodeClient gateway = NodeClient.of(two)) {
      String path = InternalApi.INVENTORY_PATH;
      long now = System.currentTimeMillis();
      for (InternalKey key : List.of(both.first(), InternalKeys.parse(List.of(second)).first())) {
        Map<String, String> headers = gateway.signed("GET", path, NOTHING, key, now);
        assertThat(gateway.send("GET", path, NOTHING, headers).statusCode()).isEqualTo(200);
      }
      Map<String, String> headers = gateway.signed("GET", path, NOTHING, removed, now);
      assertUnauthenticated(gateway.send("GET", path, NOTHING, headers), "a removed key");
    }
  }

  // Signed, and mistaken: what is told then is in StorageNodeTest

  @Test
  void whoIsTrustedMayRepeatUnderAnotherNonce() {
    assertThat(client.put(KEY, FRAMES).statusCode()).isEqualTo(204);
    assertThatCode(() -> client.put(KEY, FRAMES)).doesNotThrowAnyException();
    assertThat(client.get(KEY, 0, 2).body()).hasSize(2 * ShardFrame.BYTES + 2 * 25_088);
    client.send("DELETE", SHARD, NOTHING);
    assertNothingStored();
  }
}

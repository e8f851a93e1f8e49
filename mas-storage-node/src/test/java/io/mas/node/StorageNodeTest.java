package io.mas.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.mas.common.cluster.InProcessDiscovery;
import io.mas.common.cluster.NodeAnnouncement;
import io.mas.common.cluster.NodeIdentity;
import io.mas.common.cluster.NodeState;
import io.mas.common.object.ShardKey;
import io.mas.common.protocol.CommitRecord;
import io.mas.common.protocol.CommitSummary;
import io.mas.common.protocol.InternalApi;
import io.mas.common.protocol.ShardFrame;
import io.mas.node.membership.NodeStartException;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.FileSystemUtils;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A real node, on a real disk, over real HTTP. */
final class StorageNodeTest {
  private final JsonMapper json = new JsonMapper();
  private final InProcessDiscovery discovery = new InProcessDiscovery();
  private final List<NodeAnnouncement> heard = new CopyOnWriteArrayList<>();
  private final MeterRegistry meters = new SimpleMeterRegistry();
  private Path data;
  private StorageNode node;
  private NodeClient client;

  StorageNodeTest(@TempDir Path directory) {
    data = directory.resolve("node-1");
    discovery.listen(heard::add);
    node = start("cluster-a");
    client = NodeClient.of(node);
  }

  private StorageNode start(String cluster) {
    return StorageNode.start(
        StorageNodeProperties.embedded(data, cluster, "node-1"),
        NodeClient.KEYS,
        discovery,
        meters);
  }

  private void restart() {
    node.close();
    client.close();
    node = start("cluster-a");
    client = NodeClient.of(node);
  }

  @AfterEach
  void stop() {
    client.close();
    node.close();
  }

  /** A folder with a record and no identity would be no new volume: nothing is put over it. */
  @Test
  void aVolumeThatWasEmptiedUnderItIsSaidOnceAndIsAnotherNodeWhenItBeginsAnew() throws Exception {
    node.close();
    AtomicInteger gone = new AtomicInteger();
    StorageNodeProperties quick = withInterval(Duration.ofMillis(20));
    node = StorageNode.start(quick, NodeClient.KEYS, discovery, meters, gone::incrementAndGet);
    NodeIdentity before = node.identity();
    await().during(Duration.ofMillis(200)).until(() -> gone.get() == 0);
    FileSystemUtils.deleteRecursively(data);
    await().until(() -> gone.get() == 1);
    restart();
    assertThat(node.identity().nodeId()).isNotEqualTo(before.nodeId());
    assertThat(node.identity().counter()).isEqualTo(1);
    assertThat(gone).hasValue(1);
  }

  private StorageNodeProperties withInterval(Duration interval) {
    return StorageNodePropertiesTest.bind(
        Map.of(
            "mas.node.data",
            data.toString(),
            "mas.node.cluster-id",
            "cluster-a",
            "mas.node.port",
            "0",
            "mas.node.announce-interval",
            interval.toString()));
  }

  @Test
  void givesBackWhatWasPut() {
    byte[] frames = NodeClient.frames(0, 4, 1);
    assertThat(client.put(NodeClient.key(1), frames).statusCode()).isEqualTo(204);
    HttpResponse<byte[]> got = client.get(NodeClient.key(1), 0, 4);
    assertThat(got.statusCode()).isEqualTo(200);
    assertThat(got.body()).isEqualTo(frames);
    assertThat(got.headers().firstValueAsLong("Content-Length")).hasValue(frames.length);
  }

  @Test
  void saysOfEachBlockWhatBecameOfIt() {
    client.put(NodeClient.key(1), NodeClient.frames(1, 1, 1));
    ByteBuffer got = ByteBuffer.wrap(client.get(NodeClient.key(1), 0, 2).body());
    assertThat(ShardFrame.readFrom(got).status()).isEqualTo(ShardFrame.Status.ABSENT);
    assertThat(ShardFrame.readFrom(got).status()).isEqualTo(ShardFrame.Status.OK);
  }

  @Test
  void repeatsAPutAndRefusesOtherBytes() {
    ShardKey key = NodeClient.key(1);
    client.put(key, NodeClient.frames(0, 2, 1));
    assertThat(client.put(key, NodeClient.frames(0, 2, 1)).statusCode()).isEqualTo(204);
    HttpResponse<byte[]> refused = client.put(key, NodeClient.frames(0, 2, 9));
    assertThat(refused.statusCode()).isEqualTo(409);
    assertThat(NodeClient.error(refused)).isEqualTo("OTHER_BYTES");
    assertThat(client.get(key, 0, 2).body()).isEqualTo(NodeClient.frames(0, 2, 1));
  }

  @Test
  void deletesOneAttemptAndLeavesTheOther() {
    client.put(NodeClient.key(1), NodeClient.frames(0, 1, 1));
    client.put(NodeClient.key(2), NodeClient.frames(0, 1, 1));
    String path = InternalApi.shardPath(NodeClient.key(1));
    assertThat(client.send("DELETE", path, new byte[0]).statusCode()).isEqualTo(204);
    assertThat(client.send("DELETE", path, new byte[0]).statusCode()).isEqualTo(204);
    HttpResponse<byte[]> gone = client.get(NodeClient.key(1), 0, 1);
    assertThat(gone.statusCode()).isEqualTo(404);
    assertThat(NodeClient.error(gone)).isEqualTo("NOT_FOUND");
    assertThat(client.get(NodeClient.key(2), 0, 1).statusCode()).isEqualTo(200);
  }

  @Test
  void listsWhatItHoldsPageByPage() {
    for (long attempt = 1; attempt <= 5; attempt++) {
      client.put(NodeClient.key(attempt), NodeClient.frames(0, 1, 1));
    }
    JsonNode first = json.readTree(client.get(InternalApi.INVENTORY_PATH + "?limit=3").body());
    assertThat(first.path("rows")).hasSize(3);
    assertThat(first.path("rows").get(0).path("attempt").asString()).isEqualTo("0000000000000001");
    String rest = InternalApi.INVENTORY_PATH + "?limit=3&cursor=" + first.path("next").asString();
    JsonNode second = json.readTree(client.get(rest).body());
    assertThat(second.path("rows")).hasSize(2);
    assertThat(second.path("next").isNull()).isTrue();
  }

  @Test
  void verifiesAColumn() {
    client.put(NodeClient.key(1), NodeClient.frames(0, 2, 1));
    String path = InternalApi.shardPath(NodeClient.key(1)) + "/verify";
    JsonNode found = json.readTree(client.send("POST", path, new byte[0]).body());
    assertThat(found.path("intact").asInt()).isEqualTo(2);
    assertThat(found.path("damaged")).isEmpty();
  }

  @Test
  void keepsCommitRecords() {
    CommitRecord commit =
        new CommitRecord(
            1, NodeClient.HASH, 3, CommitRecord.State.PREPARED, 5, "naïve.txt", 99, List.of());
    String path = InternalApi.COMMITS_PATH + "/" + NodeClient.HASH + "/3";
    byte[] body = json.writeValueAsBytes(commit);
    assertThat(client.send("PUT", path, body).statusCode()).isEqualTo(204);
    JsonNode page = json.readTree(client.get(InternalApi.COMMITS_PATH).body());
    assertThat(json.readValue(page.path("rows").get(0).toString(), CommitRecord.class))
        .isEqualTo(commit);
    String ofFile = InternalApi.COMMITS_PATH + "/" + NodeClient.HASH + "?above=";
    JsonNode newer = json.readTree(client.get(ofFile + 2).body()).path("rows");
    assertThat(json.readValue(newer.path(0).toString(), CommitSummary.class))
        .isEqualTo(CommitSummary.of(commit));
    assertThat(json.readTree(client.get(ofFile + 3).body()).path("rows")).isEmpty();
  }

  @Test
  void refusesACommitRecordOfAnotherFile() {
    CommitRecord commit =
        new CommitRecord(1, NodeClient.HASH, 3, CommitRecord.State.PREPARED, 5, "a", 99, List.of());
    String path = InternalApi.COMMITS_PATH + "/" + "cd".repeat(32) + "/3";
    assertThat(NodeClient.error(client.send("PUT", path, json.writeValueAsBytes(commit))))
        .isEqualTo("BAD_REQUEST");
  }

  @Test
  void refusesACommitRecordOfAFormatThatItDoesNotKnow() {
    CommitRecord commit =
        new CommitRecord(1, NodeClient.HASH, 3, CommitRecord.State.PREPARED, 5, "a", 99, List.of());
    String newer = json.writeValueAsString(commit).replace("\"format\":1", "\"format\":2");
    String path = InternalApi.COMMITS_PATH + "/" + NodeClient.HASH + "/3";
    HttpResponse<byte[]> refused = client.send("PUT", path, newer.getBytes(StandardCharsets.UTF_8));
    assertThat(NodeClient.error(refused)).isEqualTo("BAD_REQUEST");
    assertThat(NodeClient.text(refused)).contains("commit record of format 2");
    assertThat(json.readTree(client.get(InternalApi.COMMITS_PATH).body()).path("rows")).isEmpty();
  }

  @Test
  void refusesAPayloadThatWasDamagedOnTheWay() {
    byte[] frames = NodeClient.frames(0, 2, 1);
    frames[frames.length - 7] ^= 1;
    HttpResponse<byte[]> refused = client.put(NodeClient.key(1), frames);
    assertThat(refused.statusCode()).isEqualTo(422);
    assertThat(NodeClient.error(refused)).isEqualTo("DAMAGED_IN_TRANSIT");
    assertThat(client.get(NodeClient.key(1), 0, 1).statusCode()).isEqualTo(404);
  }

  @Test
  void refusesFramesThatDoNotFit() {
    byte[] gap = join(NodeClient.frames(0, 1, 1), NodeClient.frames(2, 1, 1));
    byte[] cut = Arrays.copyOf(NodeClient.frames(0, 1, 1), 5000);
    byte[] tooMany = NodeClient.frames(0, 17, 1);
    for (byte[] body : List.of(gap, cut, tooMany, new byte[0], new byte[32])) {
      HttpResponse<byte[]> refused = client.put(NodeClient.key(1), body);
      assertThat(refused.statusCode()).isEqualTo(400);
      assertThat(NodeClient.error(refused)).isEqualTo("BAD_REQUEST");
    }
  }

  @Test
  void refusesWhatIsMissingOrMalformed() {
    String shard = InternalApi.shardPath(NodeClient.key(1));
    for (String path :
        List.of(
            shard,
            shard + "?from=a&count=1",
            shard + "?from=0&count=257",
            shard + "?from=-1&count=1",
            shard.replace("/2/", "/99/") + "?from=0&count=1",
            InternalApi.SHARDS_PATH + "/xyz/0/0/1?from=0&count=1",
            InternalApi.INVENTORY_PATH + "?cursor=..%2F..%2Fetc",
            InternalApi.INVENTORY_PATH + "?limit=0",
            "/internal/v1/nonsense")) {
      HttpResponse<byte[]> refused = client.get(path);
      assertThat(refused.statusCode()).as(path).isEqualTo(400);
      assertThat(NodeClient.error(refused)).as(path).isEqualTo("BAD_REQUEST");
    }
  }

  @Test
  void saysWhoItIsToWhoeverSpeaksTheProtocol() {
    try (NodeClient stranger =
        NodeClient.of(node).with(InternalApi.NODE, "?").with(InternalApi.CLUSTER, "?")) {
      NodeAnnouncement who =
          json.readValue(stranger.get(InternalApi.IDENTITY_PATH).body(), NodeAnnouncement.class);
      assertThat(who.identity()).isEqualTo(node.identity());
      assertThat(who.address()).isEqualTo(node.address());
      assertThat(who.state()).isEqualTo(NodeState.UP);
    }
  }

  @Test
  void refusesAnotherProtocol() {
    refuses(InternalApi.PROTOCOL, "2", 426, "UNSUPPORTED_PROTOCOL");
  }

  @Test
  void refusesAnotherCluster() {
    refuses(InternalApi.CLUSTER, "cluster-b", 409, "FOREIGN_CLUSTER");
  }

  @Test
  void refusesWhoeverMeansAnotherNode() {
    refuses(InternalApi.NODE, "0123", 409, "IDENTITY_MISMATCH");
  }

  @Test
  void refusesWhoeverMeansAnotherLife() {
    refuses(InternalApi.COUNTER, "2", 409, "IDENTITY_MISMATCH");
  }

  private void refuses(String header, String value, int status, String error) {
    client.put(NodeClient.key(1), NodeClient.frames(0, 1, 1));
    try (NodeClient mistaken = NodeClient.of(node).with(header, value)) {
      // A large body too: the refusal must arrive all the same.
      for (HttpResponse<byte[]> refused :
          List.of(
              mistaken.get(NodeClient.key(1), 0, 1),
              mistaken.put(NodeClient.key(2), NodeClient.frames(0, 16, 1)))) {
        assertThat(refused.statusCode()).isEqualTo(status);
        assertThat(NodeClient.error(refused)).isEqualTo(error);
        assertThat(refused.headers().firstValue("Content-Type").orElse("")).contains("text/plain");
        assertThat(NodeClient.text(refused)).contains(value);
      }
    }
    assertThat(client.get(NodeClient.key(2), 0, 1).statusCode()).isEqualTo(404);
  }

  @Test
  void keepsItsDataAndRaisesItsCounterWhenItIsStartedAgain() {
    byte[] frames = NodeClient.frames(0, 3, 1);
    client.put(NodeClient.key(1), frames);
    NodeIdentity before = node.identity();
    restart();
    assertThat(client.get(NodeClient.key(1), 0, 3).body()).isEqualTo(frames);
    assertThat(node.identity().nodeId()).isEqualTo(before.nodeId());
    assertThat(node.identity().counter()).isEqualTo(before.counter() + 1);
    assertThat(node.identity().bootId()).isNotEqualTo(before.bootId());
  }

  @Test
  void announcesItselfAndThatItLeavesAndNeverALowerSequence() {
    client.put(NodeClient.key(1), NodeClient.frames(0, 3, 1));
    discovery.ask();
    assertThat(heard.getLast().logSequence()).isEqualTo(3);
    restart();
    assertThat(heard)
        .extracting(NodeAnnouncement::state)
        .contains(NodeState.UP, NodeState.LEAVING)
        .last()
        .isEqualTo(NodeState.UP);
    assertThat(heard).extracting(NodeAnnouncement::logSequence).isSorted();
    assertThat(heard.getLast().logSequence()).isEqualTo(3);
  }

  @Test
  void refusesASecondNodeOnTheSameVolume() {
    assertThatThrownBy(() -> start("cluster-a"))
        .isInstanceOf(NodeStartException.class)
        .hasMessageContaining("in use by another storage node")
        .hasMessageContaining("mas.node.data");
    assertThat(client.get(InternalApi.IDENTITY_PATH).statusCode()).isEqualTo(200);
  }

  @Test
  void refusesASecondProcessOnTheSameVolume() throws Exception {
    Process second = StorageNodeProcess.start(data, "cluster-a");
    String output = new String(second.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(second.waitFor()).isNotZero();
    assertThat(output).contains("in use by another storage node").contains("Action:");
    assertThat(output).doesNotContain("\tat ");
  }

  @Test
  void refusesTheVolumeOfAnotherCluster() {
    node.close();
    assertThatThrownBy(() -> start("cluster-b"))
        .isInstanceOf(NodeStartException.class)
        .hasMessageContaining("belongs to cluster 'cluster-a'");
    node = start("cluster-a");
    assertThat(node.identity().counter()).isEqualTo(2);
  }

  @Test
  void neverBeginsAVolumeOverSomebodysData() throws IOException {
    Path other = Files.createDirectories(data.resolveSibling("other"));
    Files.writeString(other.resolve("thesis.txt"), "years of work");
    StorageNodeProperties settings = StorageNodeProperties.embedded(other, "cluster-a", "node-2");
    assertThatThrownBy(() -> StorageNode.start(settings, NodeClient.KEYS, discovery, meters))
        .isInstanceOf(NodeStartException.class)
        .hasMessageContaining("thesis.txt");
  }

  @Test
  void givesBackARangeThatDoesNotStayInMemory() {
    byte[] frames = NodeClient.frames(0, 16, 1);
    client.put(NodeClient.key(1), frames);
    client.put(NodeClient.key(1), NodeClient.frames(16, 16, 2));
    assertThat(client.get(NodeClient.key(1), 0, 16).body()).isEqualTo(frames);
    assertThat(client.get(NodeClient.key(1), 16, 16).body())
        .isEqualTo(NodeClient.frames(16, 16, 2));
  }

  @Test
  void answersTheSameInTheBackground() throws IOException {
    byte[] frames = NodeClient.frames(0, 16, 1);
    client.put(NodeClient.key(1), frames);
    assertThat(client.get(NodeClient.key(1), 0, 16, NodeClient.IN_BACKGROUND).body())
        .isEqualTo(frames);
    assertThat(client.get(NodeClient.key(1), 0, 16, "&priority=of-tomorrow").body())
        .isEqualTo(frames);
    flip(onlyColumn(), 200);
    ByteBuffer damaged =
        ByteBuffer.wrap(client.get(NodeClient.key(1), 0, 1, NodeClient.IN_BACKGROUND).body());
    assertThat(ShardFrame.readFrom(damaged).status()).isEqualTo(ShardFrame.Status.DAMAGED);
    HttpResponse<byte[]> nothing = client.get(NodeClient.key(2), 0, 1, NodeClient.IN_BACKGROUND);
    assertThat(NodeClient.error(nothing)).isEqualTo("NOT_FOUND");
  }

  @Test
  void reportsDamageOnTheDisk() throws IOException {
    client.put(NodeClient.key(1), NodeClient.frames(0, 2, 1));
    flip(onlyColumn(), 200);
    ByteBuffer got = ByteBuffer.wrap(client.get(NodeClient.key(1), 0, 2).body());
    assertThat(ShardFrame.readFrom(got).status()).isEqualTo(ShardFrame.Status.DAMAGED);
    assertThat(ShardFrame.readFrom(got).status()).isEqualTo(ShardFrame.Status.OK);
    assertThat(meters.get("mas.node.damaged").counter().count()).isEqualTo(1);
  }

  @Test
  void cutsTheConnectionWhenABlockRotsWhileItIsSent() throws IOException {
    for (int from = 0; from < 256; from += 16) {
      client.put(NodeClient.key(1), NodeClient.frames(from, 16, from));
    }
    // 6.4 MiB do not fit into the buffers between the two ends: the rest is read from the disk
    // after the first bytes were taken.
    try (InputStream body = client.open(NodeClient.key(1), 0, 256, "")) {
      assertThat(body.readNBytes(ShardFrame.BYTES)).hasSize(ShardFrame.BYTES);
      Path column = onlyColumn();
      flip(column, (int) Files.size(column) - 9);
      assertThatThrownBy(body::readAllBytes).isInstanceOf(IOException.class);
    }
  }

  @Test
  void countsWhatItDoes() {
    client.put(NodeClient.key(1), NodeClient.frames(0, 2, 1));
    client.get(NodeClient.key(1), 0, 1);
    int shard = NodeClient.LAYOUT.shardLength(100_000);
    assertThat(meters.get("mas.node.stored").counter().count()).isEqualTo(2 * shard);
    assertThat(meters.get("mas.node.read").counter().count()).isEqualTo(shard);
    assertThat(meters.get("mas.node.puts").tag("node", "node-1").counter().count()).isEqualTo(1);
    assertThat(meters.get("mas.node.forces").functionCounter().count()).isPositive();
    assertThat(meters.get("mas.node.free").gauge().value()).isPositive();
  }

  private Path onlyColumn() throws IOException {
    try (Stream<Path> files = Files.walk(data.resolve("shards"))) {
      return files.filter(Files::isRegularFile).findFirst().orElseThrow();
    }
  }

  private static void flip(Path file, int at) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[at] ^= 0x10;
    Files.write(file, bytes);
  }

  private static byte[] join(byte[] a, byte[] b) {
    return ByteBuffer.allocate(a.length + b.length).put(a).put(b).array();
  }
}

package io.mas.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.mas.api.metadata.ExtentDocument;
import io.mas.api.metadata.ExtentDocument.Missing;
import io.mas.api.metadata.NodeDocument;
import io.mas.api.metadata.NodeDocument.Cause;
import io.mas.api.metadata.NodeDocument.Lost;
import io.mas.api.metadata.RocksMetadataStore;
import io.mas.dev.options.ClusterOptions;
import io.mas.dev.options.DataDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.FileSystemUtils;

/**
 * When a node of a whole store is lost, and when it is not, with times that are sixty times as
 * short as by default, or with the defaults where nothing may depend on them.
 */
class NodeVerdictTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Path data;
  private final List<Content> files = new ArrayList<>();
  private @Nullable Cluster running;

  NodeVerdictTest(@TempDir Path data) {
    this.data = data;
  }

  /** Starts the store, which is empty or as it was. */
  private void start(Map<String, String> settings) {
    running = Cluster.start(ClusterOptions.in(data).withSettings(settings));
    await().atMost(PATIENCE).until(() -> standing("UP") == 6);
  }

  private Cluster cluster() {
    return Objects.requireNonNull(running);
  }

  @AfterEach
  void close() {
    if (running != null) {
      running.close();
      running = null;
    }
  }

  private void store(int count, long seed) {
    try (MasClient client = new MasClient(cluster().api(), cluster().systemToken())) {
      for (int i = 0; i < count; i++) {
        Content file = Content.random("f" + seed + i, 300_000 + i, seed + i);
        assertThat(client.single(file).ok()).isTrue();
        files.add(file);
      }
    }
  }

  private void assertAllRead() {
    try (MasClient client = new MasClient(cluster().api(), cluster().systemToken())) {
      assertThat(files)
          .allSatisfy(file -> assertThat(client.download(file.hash()).is(file)).isTrue());
    }
  }

  private long standing(String standing) {
    return Health.count(cluster().management(), standing);
  }

  private void awaitStanding(String standing, long count) {
    await().atMost(PATIENCE).until(() -> standing(standing) == count);
  }

  private void assertNobodyIsLostFor(Duration time) {
    Health.assertNobodyIsLostFor(cluster().management(), time);
  }

  private Path folder(int node) {
    return data.resolve(DataDirectory.nodeName(node));
  }

  private Map<Path, Long> shards() {
    Map<Path, Long> shards = new HashMap<>();
    cluster()
        .nodes()
        .forEach(
            node ->
                Shards.of(node.dataDirectory())
                    .forEach(shard -> shards.put(shard, shard.toFile().lastModified())));
    return shards;
  }

  /** Stops all and looks into the metadata. */
  private RocksMetadataStore metadata() {
    close();
    return RocksMetadataStore.open(data.resolve("metadata"));
  }

  private static List<NodeDocument> lost(RocksMetadataStore metadata) {
    return metadata.nodes().stream().filter(node -> node.lost() != null).toList();
  }

  private static Set<Cause> causes(RocksMetadataStore metadata) {
    return metadata.nodes().stream()
        .map(NodeDocument::lost)
        .filter(Objects::nonNull)
        .map(Lost::cause)
        .collect(Collectors.toSet());
  }

  private static void assertNothingIsMissing(RocksMetadataStore metadata) {
    assertThat(metadata.extents(null, 1000))
        .isNotEmpty()
        .allSatisfy(extent -> assertThat(extent.missing()).isEmpty());
    assertThat(lost(metadata)).isEmpty();
  }

  /** Every shard that was on it is marked as missing, or has been rebuilt elsewhere. */
  private static void assertMarked(RocksMetadataStore metadata, String node) {
    assertThat(metadata.extents(null, 1000))
        .isNotEmpty()
        .allSatisfy(extent -> assertThat(unmarked(extent, node)).isEmpty());
  }

  private static Set<Integer> unmarked(ExtentDocument extent, String node) {
    return IntStream.range(0, extent.shards().size())
        .filter(i -> extent.shards().get(i).node().equals(node))
        .filter(i -> !extent.missing().contains(new Missing(i, Missing.ALL)))
        .boxed()
        .collect(Collectors.toSet());
  }

  // No loss

  @Test
  void aRollingRestartOfAllNodesMarksNothingAndMovesNothing() {
    start(Scratch.QUICK_VERDICTS);
    store(5, 100);
    Map<Path, Long> before = shards();
    for (int node = 1; node <= 6; node++) {
      cluster().node(node).stop();
      awaitStanding("UP", 5);
      cluster().node(node).start();
      awaitStanding("UP", 6);
    }
    assertNobodyIsLostFor(Duration.ofSeconds(6));
    assertThat(shards()).isEqualTo(before);
    assertAllRead();
    try (RocksMetadataStore metadata = metadata()) {
      assertNothingIsMissing(metadata);
    }
  }

  @Test
  void threeOfSixNodesThatAreAwayAreNotLostUntilOneReturns() {
    start(Scratch.QUICK_VERDICTS);
    store(3, 200);
    List.of(1, 2, 3).forEach(node -> cluster().node(node).stop());
    awaitStanding("SUSPECT", 3);
    assertNobodyIsLostFor(Duration.ofSeconds(16));
    cluster().node(3).start();
    awaitStanding("LOST", 2);
    cluster().node(1).start();
    cluster().node(2).start();
    awaitStanding("UP", 6);
    assertAllRead();
  }

  @Test
  void swappedVolumesAreTheSameNodesElsewhere() throws IOException {
    start(Scratch.QUICK_VERDICTS);
    store(3, 300);
    Path aside = data.resolve("aside");
    cluster().node(1).stop();
    cluster().node(2).stop();
    Files.move(folder(1), aside);
    Files.move(folder(2), folder(1));
    Files.move(aside, folder(2));
    cluster().node(1).start();
    cluster().node(2).start();
    awaitStanding("UP", 6);
    assertNobodyIsLostFor(Duration.ofSeconds(6));
    assertAllRead();
    try (RocksMetadataStore metadata = metadata()) {
      assertNothingIsMissing(metadata);
    }
  }

  // Losses

  @Test
  void aNodeThatDoesNotReturnIsLostAndItsShardsAreMarked() {
    start(Scratch.QUICK_VERDICTS);
    store(5, 400);
    Set<String> before = Health.nodes(cluster().management()).keySet();
    cluster().node(4).stop();
    awaitStanding("LOST", 1);
    assertAllRead();
    Set<String> now = new HashSet<>(before);
    Health.nodes(cluster().management())
        .forEach(
            (node, standing) -> {
              if (standing.equals("UP")) {
                now.remove(node);
              }
            });
    assertThat(now).hasSize(1);
    try (RocksMetadataStore metadata = metadata()) {
      assertThat(lost(metadata)).extracting(NodeDocument::nodeId).containsExactlyElementsOf(now);
      assertThat(causes(metadata)).containsExactly(Cause.UNREACHABLE);
      assertMarked(metadata, now.iterator().next());
    }
  }

  @Test
  void aLostNodeThatReturnsServesAgain() {
    start(Scratch.QUICK_VERDICTS);
    store(3, 500);
    cluster().node(4).stop();
    awaitStanding("LOST", 1);
    cluster().node(4).start();
    awaitStanding("UP", 6);
    assertAllRead();
    assertNobodyIsLostFor(Duration.ofSeconds(3));
  }

  /** With the times of the product. */
  @Test
  void aNodeWhoseVolumeWasEmptiedIsReplacedAtOnce() throws IOException {
    start(Map.of());
    store(5, 600);
    Set<String> before = Health.nodes(cluster().management()).keySet();
    cluster().node(3).stop();
    FileSystemUtils.deleteRecursively(folder(3));
    cluster().node(3).start();
    awaitStanding("LOST", 1);
    awaitStanding("UP", 6);
    assertAllRead();
    assertReplaced(before);
  }

  @Test
  void aVolumeThatIsEmptiedUnderARunningNodeIsReplacedAtOnce() {
    start(Map.of());
    store(5, 650);
    Set<String> before = Health.nodes(cluster().management()).keySet();
    Scratch.empty(folder(3));
    awaitStanding("LOST", 1);
    awaitStanding("UP", 6);
    assertAllRead();
    assertReplaced(before);
  }

  /** The identity goes first, and large folders are not empty at once. */
  @Test
  void aVolumeThatIsEmptiedSlowlyIsReplacedWhenItIsEmpty() {
    start(Map.of());
    store(5, 680);
    Scratch.empty(folder(3), "shards");
    awaitStanding("UP", 5);
    Scratch.empty(folder(3));
    awaitStanding("LOST", 1);
    awaitStanding("UP", 6);
    assertAllRead();
  }

  @Test
  void aVolumeThatIsEmptiedBetweenTwoStartsOfTheStoreIsReplacedAtOnce() throws IOException {
    start(Map.of());
    store(5, 700);
    Set<String> before = Health.nodes(cluster().management()).keySet();
    close();
    FileSystemUtils.deleteRecursively(folder(3));
    start(Map.of());
    awaitStanding("LOST", 1);
    assertAllRead();
    assertReplaced(before);
  }

  private void assertReplaced(Set<String> before) {
    try (RocksMetadataStore metadata = metadata()) {
      assertThat(lost(metadata)).hasSize(1);
      assertThat(causes(metadata)).containsExactly(Cause.REPLACED);
      NodeDocument former = lost(metadata).getFirst();
      assertThat(before).contains(former.nodeId());
      assertThat(former.announcement().process()).isEqualTo("node-3");
      assertMarked(metadata, former.nodeId());
    }
  }

  /** It has what it was given before, and not what it was given since. */
  @Test
  void anOldCopyOfAVolumeIsNotUsedAndItsNodeIsLost() throws IOException {
    start(Scratch.QUICK_VERDICTS);
    store(2, 800);
    Path copy = data.resolve("yesterday");
    cluster().node(5).stop();
    FileSystemUtils.copyRecursively(folder(5), copy);
    cluster().node(5).start();
    awaitStanding("UP", 6);
    store(2, 900);
    cluster().node(5).stop();
    FileSystemUtils.deleteRecursively(folder(5));
    FileSystemUtils.copyRecursively(copy, folder(5));
    cluster().node(5).start();
    awaitStanding("LOST", 1);
    assertThat(standing("UP")).isEqualTo(5);
    assertAllRead();
  }
}

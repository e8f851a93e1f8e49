package io.mas.api.object;

import static org.assertj.core.api.Assertions.assertThat;

import io.mas.api.block.BlockBuffer;
import io.mas.api.block.Blocks;
import io.mas.api.block.RequestBuffers;
import io.mas.api.metadata.ExtentDocument;
import io.mas.api.metadata.ExtentDocument.Missing;
import io.mas.api.metadata.FileDocument;
import io.mas.api.metadata.MetadataStore;
import io.mas.api.metadata.RocksMetadataStore;
import io.mas.api.nodes.SimulatedNodes;
import io.mas.api.nodes.SimulatedNodes.Operation;
import io.mas.common.object.ShardKey;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reads whose data shards are late. */
@Timeout(60)
class HedgingTest {
  private static final int BLOCK = ObjectWorld.BLOCK;

  private final MetadataStore store;
  private final List<ObjectWorld> worlds = new ArrayList<>();

  HedgingTest(@TempDir Path directory) {
    store = RocksMetadataStore.open(directory.resolve("metadata"));
  }

  @AfterEach
  void everythingIsGivenBack() {
    worlds.forEach(ObjectWorld::close);
    store.close();
  }

  /** What a read asks for, and what comes of it, in order. */
  private static final class Asked {
    private final List<String> events = new CopyOnWriteArrayList<>();
    private final CountDownLatch lastParity = new CountDownLatch(1);

    void note(String what, int shard) {
      events.add(what + " " + shard);
      if (what.equals("asked") && shard == 5) {
        lastParity.countDown();
      }
    }
  }

  private ObjectWorld hedging(Duration after) {
    ObjectWorld world = new ObjectWorld(store, new ObjectWorld.Shape(6, 32 << 20, after));
    worlds.add(world);
    return world;
  }

  /** Shards that come one after the other do not put off the replacement of one that hangs. */
  @Test
  void aShardIsLateWhateverElseComes() {
    long hedge = 500;
    ObjectWorld hedging = hedging(Duration.ofMillis(hedge));
    byte[] content = ObjectWorld.random(31, BLOCK);
    FileDocument file = hedging.store(content);
    Asked asked = new Asked();
    hedging.nodes.fail(
        (operation, node, key) -> {
          if (operation == Operation.GET && key != null) {
            asked.note("asked", key.shard());
            if (key.shard() == 0) {
              SimulatedNodes.hang();
            }
            if (key.shard() < 4) {
              Thread.sleep(hedge * 4 / 5 * key.shard()); // 400, 800, 1200 ms
              asked.note("came", key.shard());
            }
          }
        });
    assertThat(hedging.read(file.hash())).isEqualTo(content);
    assertThat(asked.events).containsSubsequence("asked 4", "came 2");
  }

  @Test
  void eachShardThatIsLateIsReplacedAtOnce() {
    Duration hedge = Duration.ofSeconds(1);
    ObjectWorld hedging = hedging(hedge);
    byte[] content = ObjectWorld.random(32, BLOCK);
    FileDocument file = hedging.store(content);
    Asked asked = new Asked();
    AtomicBoolean together = new AtomicBoolean();
    hedging.nodes.fail(
        (operation, node, key) -> {
          if (operation == Operation.GET && key != null) {
            asked.note("asked", key.shard());
            if (key.shard() < 2) {
              SimulatedNodes.hang();
            }
            if (key.shard() == 4) {
              together.set(asked.lastParity.await(hedge.toMillis() / 2, TimeUnit.MILLISECONDS));
            }
          }
        });
    assertThat(hedging.read(file.hash())).isEqualTo(content);
    assertThat(together).as("both parities, not one after the other").isTrue();
  }

  /** What a reader came upon. */
  private static final class Told implements BlockReader.Listener {
    private final Set<Missing> missing = new HashSet<>();
    private int hedged;
    private int degraded;

    @Override
    public void missing(ExtentDocument extent, Set<Missing> found) {
      missing.addAll(found);
    }

    @Override
    public void hedged() {
      hedged++;
    }

    @Override
    public void degraded() {
      degraded++;
    }
  }

  /** Reads the first block; a shard would be late after an hour, others took no 10 ms so far. */
  private static Told read(ObjectWorld world, ExtentDocument extent, byte[] content)
      throws InterruptedException {
    Duration hour = Duration.ofHours(1);
    Hedge hedge = Hedge.upTo(Duration.ofSeconds(1));
    IntStream.range(0, 2000).forEach(i -> hedge.took(1));
    IntStream.range(0, 21).forEach(i -> hedge.begun());
    Told told = new Told();
    Blocks blocks = world.outside.blocks();
    BlockReader reader =
        new BlockReader(
            world.outside.nodes(),
            blocks,
            BlockReader.Settings.atOnce(hour, DataRule.ALL),
            hedge,
            told);
    try (BlockBuffer buffer = new RequestBuffers(blocks.buffers()).acquire(extent.layout())) {
      assertThat(reader.read(extent, 0, buffer).toArray(ValueLayout.JAVA_BYTE)).isEqualTo(content);
    }
    world.settled();
    return told;
  }

  private static ExtentDocument stored(ObjectWorld world, byte[] content) {
    return world.extents(world.store(content).parts().getFirst().id()).getFirst();
  }

  /** Of a block in shards, and of a small file in copies. */
  @ParameterizedTest
  @ValueSource(ints = {BLOCK, 1000})
  void aShardThatTakesLongerThanUsualIsNotWaitedFor(int length) throws Exception {
    ObjectWorld world = hedging(Duration.ofHours(1));
    byte[] content = ObjectWorld.random(33, length);
    ExtentDocument extent = stored(world, content);
    world.nodes.fail((operation, node, key) -> hang(operation, key, 0));
    Told told = read(world, extent, content);
    assertThat(told.hedged).isEqualTo(1);
    assertThat(told.degraded).as("no sign of trouble").isZero();
    assertThat(told.missing).as("slowness is no evidence").isEmpty();
  }

  private static void hang(Operation operation, @Nullable ShardKey key, int shard)
      throws InterruptedException {
    if (operation == Operation.GET && key != null && key.shard() == shard) {
      SimulatedNodes.hang();
    }
  }

  /** A hedge hides no loss. */
  @Test
  void aBlockThatLacksAShardBesideIsDegraded() throws Exception {
    ObjectWorld world = hedging(Duration.ofHours(1));
    byte[] content = ObjectWorld.random(34, BLOCK);
    ExtentDocument extent = stored(world, content);
    String lost = extent.shards().get(1).node();
    world.nodes.delete(world.outside.nodes().view().member(lost).orElseThrow(), extent.key(1));
    world.nodes.fail((operation, node, key) -> hang(operation, key, 0));
    Told told = read(world, extent, content);
    assertThat(told.hedged).isEqualTo(1);
    assertThat(told.degraded).isEqualTo(1);
    assertThat(told.missing).containsExactly(new Missing(1, Missing.ALL));
  }

  /** Where nodes hold two shards of a block each, the slow one is not asked for its other one. */
  @Test
  void oneMoreIsAskedForOfAnotherNode() throws Exception {
    ObjectWorld world = new ObjectWorld(store, ObjectWorld.Shape.of(3, "4+2"));
    worlds.add(world);
    byte[] content;
    ExtentDocument extent;
    Optional<String> slow;
    int seed = 35;
    do {
      content = ObjectWorld.random(seed++, BLOCK);
      extent = stored(world, content);
      slow = withOneOfEach(extent);
    } while (slow.isEmpty());
    String node = slow.get();
    world.nodes.fail(
        (operation, of, key) -> {
          if (operation == Operation.GET && of.equals(node)) {
            SimulatedNodes.hang();
          }
        });
    assertThat(read(world, extent, content).hedged).isEqualTo(1);
  }

  /** A node that holds one data shard and one parity shard. */
  private static Optional<String> withOneOfEach(ExtentDocument extent) {
    List<String> nodes = extent.shards().stream().map(ExtentDocument.Shard::node).toList();
    return nodes.subList(0, 4).stream().filter(nodes.subList(4, 6)::contains).findFirst();
  }
}

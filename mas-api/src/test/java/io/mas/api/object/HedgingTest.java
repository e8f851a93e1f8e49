package io.mas.api.object;

import static org.assertj.core.api.Assertions.assertThat;

import io.mas.api.metadata.FileDocument;
import io.mas.api.metadata.MetadataStore;
import io.mas.api.metadata.RocksMetadataStore;
import io.mas.api.nodes.SimulatedNodes;
import io.mas.api.nodes.SimulatedNodes.Operation;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

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
}

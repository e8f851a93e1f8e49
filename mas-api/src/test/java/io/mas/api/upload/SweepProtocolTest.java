package io.mas.api.upload;

import static org.assertj.core.api.Assertions.assertThat;

import io.mas.api.garbage.GarbageRule;
import io.mas.api.metadata.MetadataStore;
import io.mas.api.metadata.RocksMetadataStore;
import io.mas.api.object.ProtocolRule;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The sweep of the inventories among commits and collections, step by step and without any grace:
 * its proofs do not depend on time. Each world has metadata of its own, since the sweep looks at
 * all that there is.
 */
@Timeout(300)
class SweepProtocolTest {
  /** Random interleavings in a build; more with {@code -Dmas.test.interleavings=N}. */
  private static final int ROUNDS = Integer.getInteger("mas.test.interleavings", 30);

  @TempDir Path directory;

  @Test
  void noInterleavingBreaksAFile() throws Exception {
    long seed = Long.getLong("mas.test.seed", System.nanoTime());
    System.out.println("SweepProtocolTest: -Dmas.test.seed=" + seed);
    for (int round = 0; round < ROUNDS; round++) {
      Random random = new Random(seed + round);
      try (MetadataStore store = RocksMetadataStore.open(directory.resolve("round-" + round));
          ProtocolWorld world = new ProtocolWorld(store, ProtocolRule.ALL, seed + round)) {
        world.begin();
        startEverybody(world, random);
        world.steps.runAll(
            random,
            () ->
                assertThat(world.broken())
                    .as("a live file names a deleted part; %s", world.steps.trace())
                    .isFalse());
        assertThat(world.storeAndRead()).isEqualTo(world.content());
      }
    }
  }

  private static void startEverybody(ProtocolWorld world, Random random) throws Exception {
    start(world, random, "S", world::single);
    start(world, random, "K", world::secondChunk);
    start(world, random, "F1", world::finish);
    start(world, random, "F2", world::finish);
    start(world, random, "D", world::delete);
    start(world, random, "GA", world::abortAndSweep);
    start(world, random, "GU1", () -> world.sweepInventories(GarbageRule.ALL));
    start(world, random, "GU2", () -> world.sweepInventories(GarbageRule.ALL));
    start(world, random, "GD", world::sweep);
  }

  private static void start(ProtocolWorld world, Random random, String name, Interleaver.Work work)
      throws Exception {
    if (random.nextInt(4) > 0) {
      world.steps.start(name, work);
    }
  }
}

package io.mas.api.garbage;

import static org.assertj.core.api.Assertions.assertThat;

import io.mas.api.metadata.Concern;
import io.mas.api.metadata.ExtentDocument;
import io.mas.api.metadata.FileDocument;
import io.mas.api.metadata.MetadataStore;
import io.mas.api.metadata.RocksMetadataStore;
import io.mas.api.metadata.WriteOutcome;
import io.mas.api.nodes.SimulatedNodes;
import io.mas.api.object.ObjectWorld;
import io.mas.api.object.StoredPart;
import io.mas.common.error.MasException;
import io.mas.common.object.ObjectHash;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.AssertionFailedError;

/**
 * Writers die at random points, files are deleted, shards move, nodes are away, sweeps come at
 * random. In the end every acknowledged file reads, and the nodes hold exactly what the live files
 * publish.
 */
@Timeout(120)
class RandomGarbageTest {
  /** Random histories in a build; more with {@code -Dmas.test.histories=N}. */
  private static final int HISTORIES = Integer.getInteger("mas.test.histories", 6);

  private static final int STEPS = 60;

  @TempDir Path directory;

  @Test
  void everyAcknowledgedFileReadsAndNothingElseIsLeft() {
    long seed = Long.getLong("mas.test.seed", System.nanoTime());
    System.out.println("RandomGarbageTest: -Dmas.test.seed=" + seed);
    for (int i = 0; i < HISTORIES; i++) {
      long one = seed + i;
      try (MetadataStore store = RocksMetadataStore.open(directory.resolve("history-" + i));
          History history = new History(store, one)) {
        for (int step = 0; step < STEPS; step++) {
          history.step();
        }
        history.end();
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionFailedError("-Dmas.test.seed=" + one, e);
      }
    }
  }

  /** A store, and what its clients have been told. */
  private static final class History implements AutoCloseable {
    private final MetadataStore store;
    private final Random random;
    private final GarbageWorld world;
    private final Map<ObjectHash, byte[]> acknowledged = new HashMap<>();
    private final Set<String> away = new HashSet<>();
    private boolean dyingAtCommit;

    History(MetadataStore store, long seed) {
      this.store = store;
      this.random = new Random(seed);
      MetadataStore meddled =
          ObjectWorld.meddled(
              store,
              (method, arguments, original) -> {
                if (dyingAtCommit && method.equals("compareAndSetFile")) {
                  throw new Died();
                }
                return original.call();
              });
      this.world = new GarbageWorld(meddled, GarbageRule.ALL);
    }

    /** The writer dies: it does nothing any more, not even tidy up. */
    private static final class Died extends RuntimeException {
      private static final long serialVersionUID = 1;
    }

    void step() {
      switch (random.nextInt(10)) {
        case 0, 1 -> store();
        case 2 -> died();
        case 3 -> diedAtCommit();
        case 4 -> delete();
        case 5 -> move();
        case 6 -> nodeGoesOrReturns();
        case 7 -> world.pass(Duration.ofMinutes(random.nextInt(3000)));
        default -> world.sweep();
      }
    }

    private byte[] content() {
      return ObjectWorld.random(random.nextLong(), 1 + random.nextInt(3 * ObjectWorld.BLOCK));
    }

    private void store() {
      byte[] content = content();
      try {
        acknowledged.put(world.objects.store(content).hash(), content);
      } catch (MasException e) {
        assertThat(away).as("a reason why it is not stored: " + e.getMessage()).isNotEmpty();
      }
    }

    /** Some of its documents are there, or none, or all. */
    private void died() {
      try {
        StoredPart part = world.objects.write(content());
        for (ExtentDocument extent : world.objects.extents(part.id())) {
          if (random.nextBoolean()) {
            assertThat(store.deleteExtent(extent.id(), extent.version()))
                .isEqualTo(WriteOutcome.APPLIED);
          }
        }
      } catch (MasException e) {
        assertThat(away).as("" + e.getMessage()).isNotEmpty();
      }
    }

    private void diedAtCommit() {
      dyingAtCommit = true;
      try {
        FileDocument never = world.objects.store(content());
        throw new AssertionError("stored " + never);
      } catch (Died _) {
        assertThat(dyingAtCommit).isTrue();
      } catch (MasException e) {
        assertThat(away).as("" + e.getMessage()).isNotEmpty();
      } finally {
        dyingAtCommit = false;
      }
    }

    private List<ObjectHash> files() {
      return new ArrayList<>(acknowledged.keySet());
    }

    private void delete() {
      if (!acknowledged.isEmpty()) {
        List<ObjectHash> files = files();
        ObjectHash file = files.get(random.nextInt(files.size()));
        acknowledged.remove(file);
        assertThat(world.objects.room.files().delete(file).hash()).isEqualTo(file);
      }
    }

    /** A repair: it publishes, or loses its race; the former copy stays where it is. */
    private void move() {
      if (acknowledged.isEmpty()) {
        return;
      }
      List<ObjectHash> files = files();
      ObjectHash file = files.get(random.nextInt(files.size()));
      FileDocument document = store.file(file, Concern.LINEARIZABLE).orElseThrow();
      List<ExtentDocument> extents = world.objects.extents(document.parts().getFirst().id());
      ExtentDocument extent = extents.get(random.nextInt(extents.size()));
      int shard = random.nextInt(extent.shards().size());
      SimulatedNodes.Copy copy = world.rebuilt(extent, shard, random.nextLong());
      if (random.nextInt(3) > 0) {
        assertThat(store.compareAndSetExtent(GarbageWorld.publishing(extent, copy)))
            .isEqualTo(WriteOutcome.APPLIED);
      }
    }

    private void nodeGoesOrReturns() {
      if (away.isEmpty()) {
        away.add("node-" + (1 + random.nextInt(9)));
        Set<String> silent = Set.copyOf(away);
        world.objects.nodes.fail(
            (operation, node, key) -> {
              if (silent.contains(node)) {
                throw SimulatedNodes.silence(node);
              }
            });
      } else {
        away.clear();
        world.objects.revive();
      }
    }

    void end() {
      away.clear();
      world.objects.revive();
      for (int i = 0; i < 12; i++) {
        world.later(Duration.ofHours(25));
        world.later(Duration.ofHours(2));
      }
      acknowledged.forEach(
          (hash, content) -> assertThat(world.objects.read(hash)).isEqualTo(content));
      Set<SimulatedNodes.Copy> published = new HashSet<>();
      for (ObjectHash hash : acknowledged.keySet()) {
        store.file(hash, Concern.LINEARIZABLE).stream()
            .flatMap(file -> file.parts().stream())
            .forEach(part -> published.addAll(world.objects.named(part.id())));
      }
      assertThat(world.objects.nodes.copies()).isEqualTo(published);
    }

    @Override
    public void close() {
      world.close();
    }
  }
}

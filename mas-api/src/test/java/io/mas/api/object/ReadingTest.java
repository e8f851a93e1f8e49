package io.mas.api.object;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

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
import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import io.mas.common.object.ByteRange;
import io.mas.common.object.ObjectHash;
import io.mas.common.object.PartId;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class ReadingTest {
  private static final int BLOCK = ObjectWorld.BLOCK;

  private final MetadataStore store;
  private final ObjectWorld world;
  private final ObjectWorld impatient;

  ReadingTest(@TempDir Path first) {
    store = RocksMetadataStore.open(first.resolve("metadata"));
    world = new ObjectWorld(store, ObjectWorld.Shape.USUAL);
    impatient = new ObjectWorld(store, new ObjectWorld.Shape(6, 32 << 20, Duration.ofMillis(30)));
  }

  @AfterEach
  void everythingIsGivenBack() {
    world.close();
    impatient.close();
    store.close();
  }

  /** What is wrong with a shard, and whether that is evidence. */
  enum Harm {
    LOST(true) {
      @Override
      void to(ObjectWorld world, ExtentDocument extent, int shard) {
        world.nodes.lose(extent.shards().get(shard).node(), extent.key(shard));
      }

      @Override
      Missing evidence(int shard) {
        return new Missing(shard, Missing.ALL);
      }
    },
    DAMAGED(true) {
      @Override
      void to(ObjectWorld world, ExtentDocument extent, int shard) {
        world.nodes.damage(extent.id(), shard, 0);
      }
    },
    BLOCK_LOST(true) {
      @Override
      void to(ObjectWorld world, ExtentDocument extent, int shard) {
        world.nodes.loseBlock(extent.id(), shard, 0);
      }
    },
    SILENT(false) {
      @Override
      void to(ObjectWorld world, ExtentDocument extent, int shard) {}
    },
    SLOW(false) {
      @Override
      void to(ObjectWorld world, ExtentDocument extent, int shard) {}
    };

    final boolean counts;

    Harm(boolean counts) {
      this.counts = counts;
    }

    abstract void to(ObjectWorld world, ExtentDocument extent, int shard);

    Missing evidence(int shard) {
      return new Missing(shard, 0);
    }
  }

  @ParameterizedTest
  @EnumSource(Harm.class)
  void anyTwoShardsMayBeHarmedAndTheEvidenceIsExact(Harm harm) {
    ObjectWorld here = harm == Harm.SLOW ? impatient : world;
    byte[] content = ObjectWorld.random(harm.name().length(), BLOCK);
    for (int a = 0; a < 6; a++) {
      for (int b = a + 1; b < 6; b++) {
        FileDocument file = here.store(content);
        ExtentDocument extent = here.extents(file.parts().getFirst().id()).getFirst();
        Set<Integer> harmed = Set.of(a, b);
        harmed.forEach(shard -> harm.to(here, extent, shard));
        fail(here, harm, harmed);
        assertThat(here.read(file.hash())).as("%s %s", harm, harmed).isEqualTo(content);
        checkEvidence(here, extent, expected(harm, harmed));
        here.nodes.heal();
        if (harm == Harm.SILENT) {
          here.revive(); // they are suspect
        }
        assertThat(here.room.files().delete(file.hash()).size()).isEqualTo(BLOCK);
      }
    }
  }

  private static void fail(ObjectWorld world, Harm harm, Set<Integer> harmed) {
    world.nodes.fail(
        (operation, node, key) -> {
          if (operation == Operation.GET && key != null && harmed.contains(key.shard())) {
            if (harm == Harm.SILENT) {
              throw SimulatedNodes.silence(node);
            }
            if (harm == Harm.SLOW) {
              SimulatedNodes.hang();
            }
          }
        });
  }

  /** Data shards are asked first, then parity for each that is not to be had. */
  private static Set<Missing> expected(Harm harm, Set<Integer> harmed) {
    Set<Missing> expected = new HashSet<>();
    int good = 0;
    for (int shard = 0; shard < 6 && good < 4; shard++) {
      if (!harmed.contains(shard)) {
        good++;
      } else if (harm.counts) {
        expected.add(harm.evidence(shard));
      }
    }
    return expected;
  }

  private static void checkEvidence(
      ObjectWorld world, ExtentDocument extent, Set<Missing> expected) {
    await()
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(5))
        .untilAsserted(
            () ->
                assertThat(world.extents(extent.id().part()).getFirst().missing())
                    .isEqualTo(expected));
    world.settled();
    assertThat(world.extents(extent.id().part()).getFirst().missing()).isEqualTo(expected);
  }

  @Test
  void withThreeShardsGoneTheReadIsRefusedAndNothingIsDeleted() {
    byte[] content = ObjectWorld.random(21, 3 * BLOCK);
    FileDocument file = world.store(content);
    Set<SimulatedNodes.Copy> before = world.nodes.copies();
    world.nodes.fail(
        (operation, node, key) -> {
          if (operation == Operation.GET && key != null && key.shard() % 2 == 0) {
            throw SimulatedNodes.silence(node);
          }
        });
    assertThatExceptionOfType(MasException.class)
        .isThrownBy(() -> world.read(file.hash()))
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.TOO_FEW_SHARDS));
    world.revive();
    assertThat(world.nodes.copies()).isEqualTo(before);
    assertThat(world.read(file.hash())).isEqualTo(content);
  }

  /** A client of a node that breaks in an unforeseen way is a failure, not a wait without end. */
  @Test
  void anUnforeseenErrorIsAFailedShard() {
    byte[] content = ObjectWorld.random(22, BLOCK);
    FileDocument file = world.store(content);
    world.nodes.fail(
        (operation, node, key) -> {
          if (operation == Operation.GET) {
            throw new OutOfMemoryError("planted");
          }
        });
    assertThatExceptionOfType(MasException.class)
        .isThrownBy(() -> world.read(file.hash()))
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.TOO_FEW_SHARDS));
  }

  @Test
  void aMarkedBlockIsNotAskedForAgainByAFreshGateway() {
    byte[] content = ObjectWorld.random(23, BLOCK);
    FileDocument file = world.store(content);
    ExtentDocument extent = world.extents(file.parts().getFirst().id()).getFirst();
    world.nodes.damage(extent.id(), 0, 0);
    assertThat(world.read(file.hash())).isEqualTo(content);
    checkEvidence(world, extent, Set.of(new Missing(0, 0)));
    assertThat(world.extents(extent.id().part()).getFirst().version()).isEqualTo(2);
    assertThat(world.read(file.hash())).isEqualTo(content);
    world.settled();
    assertThat(world.extents(extent.id().part()).getFirst().version())
        .as("the same evidence is not written again")
        .isEqualTo(2);
  }

  @Test
  void rangesAtRandomAreThoseOfThePlainBytes() {
    long seed = System.nanoTime();
    System.out.println("ReadingTest seed " + seed);
    Random random = new Random(seed);
    byte[][] pieces = {
      ObjectWorld.random(seed, 3 * BLOCK + 11),
      ObjectWorld.random(seed + 1, 1),
      new byte[5 * BLOCK],
      ObjectWorld.random(seed + 2, 60_000),
      ObjectWorld.random(seed + 3, BLOCK)
    };
    FileDocument file = world.store(pieces);
    byte[] model = whole(pieces);
    for (int i = 0; i < 300; i++) {
      int from = random.nextInt(model.length + 1);
      int length = random.nextInt(Math.min(model.length - from, 1 << random.nextInt(21)) + 1);
      assertThat(world.read(file.hash(), new ByteRange(from, length)))
          .as("%d from %d, seed %d", length, from, seed)
          .isEqualTo(Arrays.copyOfRange(model, from, from + length));
    }
  }

  private static byte[] whole(byte[][] pieces) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    List.of(pieces).forEach(all::writeBytes);
    return all.toByteArray();
  }

  /** An extent sealed early does not throw the arithmetic of the later ones. */
  @Test
  void rangesBehindAnExtentSealedEarlyAreRight() {
    byte[] content = ObjectWorld.random(24, 20 * BLOCK + 3);
    Set<String> dead = new HashSet<>();
    world.nodes.fail(
        (operation, node, key) -> {
          synchronized (dead) {
            if (operation == Operation.PUT
                && key != null
                && key.extent().ordinal() < 2
                && dead.size() < 3) {
              if (world.nodes.copies().stream().anyMatch(copy -> copy.key().equals(key))
                  && dead.add(node)) {
                throw SimulatedNodes.silence(node);
              }
            }
          }
        });
    FileDocument file = world.store(content);
    world.revive();
    Random random = new Random(5);
    for (int i = 0; i < 60; i++) {
      int from = random.nextInt(content.length);
      int length = random.nextInt(Math.min(content.length - from, 3 * BLOCK) + 1);
      assertThat(world.read(file.hash(), new ByteRange(from, length)))
          .isEqualTo(Arrays.copyOfRange(content, from, from + length));
    }
  }

  @Test
  void aReadingGivenUpEarlyGivesEverythingBack() throws Exception {
    byte[] content = ObjectWorld.random(25, 12 * BLOCK);
    ObjectHash hash = world.store(content).hash();
    StoredFile.Reading early = world.room.files().open(hash).read(new ByteRange(0, content.length));
    assertThat(world.buffers.heldBytes()).isPositive();
    early.close();
    world.settled();
    OutputStream gone =
        new OutputStream() {
          @Override
          public void write(int one) throws IOException {
            throw new IOException("client gone");
          }
        };
    try (StoredFile.Reading reading =
        world.room.files().open(hash).read(new ByteRange(0, content.length))) {
      assertThatExceptionOfType(IOException.class).isThrownBy(() -> reading.copy(gone));
    }
    world.settled();
  }

  private BlockReader reader(BlockReader.Settings settings) {
    return new BlockReader(
        world.outside.nodes(),
        world.outside.blocks(),
        settings,
        Hedge.never(),
        (seen, found) -> {});
  }

  /** Also what no code foresees gives the memory back: none would be left after some time. */
  @Test
  void aReadingThatBreaksDownAtItsStartGivesEverythingBack() {
    FileDocument file = world.store(ObjectWorld.random(34, 3 * BLOCK));
    ExtentDocument extent = world.extents(file.parts().getFirst().id()).getFirst();
    ExtentSource failing =
        new ExtentSource() {
          @Override
          public ExtentDocument at(PartId part, long offset) {
            if (offset > 0) {
              assertThat(world.buffers.heldBytes()).isPositive();
              throw new OutOfMemoryError("planted");
            }
            return extent;
          }

          @Override
          public ExtentDocument again(ExtentDocument stale) {
            return extent;
          }
        };
    Blocks blocks = world.outside.blocks();
    BlockReader.Settings settings =
        BlockReader.Settings.atOnce(Duration.ofSeconds(20), DataRule.ALL);
    BlockReader reader = reader(settings);
    FileReader files = new FileReader(reader, blocks, DataRule.ALL);
    FileReader.Span span =
        new FileReader.Span(file.parts(), failing, new ByteRange(0, file.size()));
    assertThatExceptionOfType(OutOfMemoryError.class)
        .isThrownBy(() -> files.read(span, files.buffers()));
    world.settled();
  }

  /** A late shard takes no place from others, nor does one that replaces it. */
  @Test
  void lateShardsAreReplacedWhereTheyAreAskedForOneByOneToo() throws Exception {
    byte[] content = ObjectWorld.random(35, BLOCK);
    FileDocument file = world.store(content);
    ExtentDocument extent = world.extents(file.parts().getFirst().id()).getFirst();
    Set<String> late = Set.of(extent.shards().get(0).node(), extent.shards().get(2).node());
    world.nodes.fail(
        (operation, node, key) -> {
          if (operation == Operation.GET && late.contains(node)) {
            SimulatedNodes.hang();
          }
        });
    Blocks blocks = world.outside.blocks();
    BlockReader.Settings settings =
        BlockReader.Settings.atOnce(Duration.ofMillis(30), DataRule.ALL).inBackground();
    BlockReader reader = reader(settings);
    try (BlockBuffer buffer = new RequestBuffers(blocks.buffers()).acquire(extent.layout())) {
      assertThat(reader.read(extent, 0, buffer).toArray(ValueLayout.JAVA_BYTE)).isEqualTo(content);
    }
    world.settled();
  }

  @Test
  void readingWithMemoryForOneBlockWorks() {
    ObjectWorld tight =
        new ObjectWorld(
            store, new ObjectWorld.Shape(6, 10L * BLOCK / 4 + 4096, Duration.ofSeconds(5)));
    byte[] content = ObjectWorld.random(26, 9 * BLOCK);
    assertThat(tight.read(tight.store(content).hash())).isEqualTo(content);
    tight.close();
  }

  /** After a repair has moved shards, a gateway with old documents finds the new places. */
  @Test
  void movedShardsAreFoundAndAreNoEvidence() {
    byte[] content = ObjectWorld.random(27, BLOCK);
    FileDocument file = world.store(content);
    assertThat(world.read(file.hash())).isEqualTo(content);
    ExtentDocument old = world.extents(file.parts().getFirst().id()).getFirst();
    ExtentDocument moved = world.moveAll(old);
    assertThat(world.read(file.hash())).isEqualTo(content);
    world.settled();
    assertThat(world.extents(old.id().part()).getFirst()).isEqualTo(moved);
  }

  @Test
  void aFileWithoutBytesIsReadWithoutNodes() {
    FileDocument file = world.store(new byte[0]);
    assertThat(file.parts()).isEmpty();
    assertThat(world.read(file.hash())).isEmpty();
  }

  @Test
  void theSimulationItselfCatchesADamagedShardOnlyByItsChecksum() {
    byte[] content = ObjectWorld.random(28, BLOCK);
    FileDocument file = world.store(content);
    ExtentDocument extent = world.extents(file.parts().getFirst().id()).getFirst();
    for (int shard = 0; shard < 3; shard++) {
      world.nodes.damage(extent.id(), shard, 0);
    }
    assertThatExceptionOfType(MasException.class).isThrownBy(() -> world.read(file.hash()));
    assertThat(
            world.nodes.copies().stream()
                .map(copy -> copy.key().shard())
                .collect(Collectors.toSet()))
        .hasSize(6);
  }
}

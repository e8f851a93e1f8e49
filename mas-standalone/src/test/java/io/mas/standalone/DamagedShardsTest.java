package io.mas.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.mas.standalone.MasClient.Download;
import io.mas.standalone.SharedStore.Store;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Shard files that rot, shrink or vanish on the disks. */
@ExtendWith(SharedStore.class)
class DamagedShardsTest {
  private static final int MIB = 1 << 20;

  private final Store store;
  private final MasClient client;
  private final List<Content> stored = new ArrayList<>();

  DamagedShardsTest(Store store) {
    this.store = store;
    this.client = store.client();
  }

  /** What is beyond repair would be tried again and again beside the tests that follow. */
  @AfterEach
  void deleteWhatIsDamaged() {
    stored.forEach(file -> assertThat(client.delete(file.hash()).ok()).isTrue());
  }

  @ParameterizedTest
  @EnumSource(Damage.class)
  void twoDamagedShardsOfAnExtentAreMadeGood(Damage damage) throws Exception {
    Random random = new Random(31);
    Content file = Content.random("two " + damage, 4 * MIB + 99, 310L + damage.name().hashCode());
    List<Path> shards = store(file);
    assertThat(shards).hasSize(6);
    damage.to(shards.get(0), random);
    damage.to(shards.get(1), random);
    Download download = client.download(file.hash());
    assertThat(download.is(file)).as("seed 31: %s", download).isTrue();
  }

  @ParameterizedTest
  @EnumSource(Damage.class)
  void threeDamagedShardsAreARefusalOrTheRightBytes(Damage damage) throws Exception {
    Random random = new Random(32);
    Content file = Content.random("three " + damage, 4 * MIB + 99, 320L + damage.name().hashCode());
    List<Path> shards = store(file);
    for (Path shard : shards.subList(0, 3)) {
      damage.to(shard, random);
    }
    assertRightRefusedOrBrokenOff(file);
  }

  @Test
  void shardsDamagedWhileTheyAreReadNeverGiveAWrongByte() throws Exception {
    long seed = 33;
    Random random = new Random(seed);
    Content file = Content.random("during", 40L * MIB + 1, seed);
    List<Path> shards = store(file);
    try (ExecutorService readers = Executors.newFixedThreadPool(3)) {
      List<Future<?>> reads = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        reads.add(readers.submit(() -> assertRightRefusedOrBrokenOff(file)));
      }
      for (Path shard : shards) {
        Damage.any(random).to(shard, random);
        assertRightRefusedOrBrokenOff(file);
      }
      for (Future<?> read : reads) {
        read.get();
      }
    }
  }

  /** Never a whole answer of other bytes; a part of an answer is a prefix, as its break shows. */
  private void assertRightRefusedOrBrokenOff(Content file) {
    Download download = client.download(file.hash());
    boolean refused = download.status() == 503 && download.code() == 5404;
    assertThat(refused || download.is(file) || download.isBeginOf(file))
        .as("%s", download)
        .isTrue();
  }

  /** Stores the file; its shard files, in random order. */
  private List<Path> store(Content file) {
    Set<Path> before = Shards.of(store);
    assertThat(client.single(file).ok()).isTrue();
    List<Path> shards = new ArrayList<>(Shards.since(before, store));
    stored.add(file);
    Collections.sort(shards);
    Collections.shuffle(shards, new Random(30));
    return shards;
  }
}

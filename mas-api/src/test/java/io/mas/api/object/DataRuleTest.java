package io.mas.api.object;

import static org.assertj.core.api.Assertions.assertThat;

import io.mas.api.metadata.ExtentDocument;
import io.mas.api.metadata.FileDocument;
import io.mas.api.metadata.MetadataStore;
import io.mas.api.metadata.RocksMetadataStore;
import io.mas.api.nodes.SimulatedNodes;
import io.mas.api.nodes.SimulatedNodes.Operation;
import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Each rule of writing and reading: what happens with it, and the harm when it is left out. */
@Timeout(60)
class DataRuleTest {
  private static final int BLOCK = ObjectWorld.BLOCK;

  @TempDir Path directory;
  private int worlds;

  /** What a download comes to. */
  private enum Download {
    RIGHT,
    WRONG,
    TOO_FEW_SHARDS,
    NO_SUCH_FILE
  }

  /** What comes of a test in a world with these rules. */
  private <T> T with(Set<DataRule> rules, Function<ObjectWorld, T> test) {
    try (MetadataStore store = RocksMetadataStore.open(directory.resolve("world-" + worlds++));
        ObjectWorld world =
            new ObjectWorld(store, ObjectWorld.Shape.USUAL, new SimulatedNodes(), rules)) {
      return test.apply(world);
    }
  }

  private static ExtentDocument first(ObjectWorld world, FileDocument file) {
    return world.extents(file.parts().getFirst().id()).getFirst();
  }

  private static void lose(ObjectWorld world, ExtentDocument extent, int... shards) {
    for (int shard : shards) {
      world.nodes.lose(extent.shards().get(shard).node(), extent.key(shard));
    }
  }

  private static Download download(ObjectWorld world, FileDocument file, byte[] content) {
    try {
      return Arrays.equals(world.read(file.hash()), content) ? Download.RIGHT : Download.WRONG;
    } catch (MasException e) {
      if (e.code() == ErrorCode.TOO_FEW_SHARDS || e.code() == ErrorCode.NO_SUCH_FILE) {
        return Download.valueOf(e.code().name());
      }
      throw e;
    }
  }

  @Test
  void whatIsAcknowledgedSurvivesTheLossOfAnyTwoNodes() {
    assertThat(with(DataRule.ALL, DataRuleTest::whenTwoAreLostAfterTwoFailed))
        .isEqualTo(Download.RIGHT);
    assertThat(
            with(DataRule.without(DataRule.ALL_FORCED), DataRuleTest::whenTwoAreLostAfterTwoFailed))
        .as("acknowledged when 4 of 6 shards were forced")
        .isEqualTo(Download.TOO_FEW_SHARDS);
  }

  /** Two nodes fail in a write, and those of two other shards are lost after it. */
  private static Download whenTwoAreLostAfterTwoFailed(ObjectWorld world) {
    byte[] content = ObjectWorld.random(1, BLOCK);
    Set<String> failed = new HashSet<>();
    world.nodes.fail(
        (operation, node, key) -> {
          synchronized (failed) {
            if (operation == Operation.PUT
                && key != null
                && key.shard() >= 4
                && failed.size() < 2) {
              failed.add(node);
            }
            if (failed.contains(node)) {
              throw SimulatedNodes.silence(node);
            }
          }
        });
    FileDocument file = world.store(content);
    assertThat(failed).hasSize(2);
    world.revive();
    lose(world, first(world, file), 0, 1);
    return download(world, file, content);
  }

  @Test
  void noByteIsGivenOutThatHasNotPassedItsChecksum() {
    assertThat(with(DataRule.ALL, DataRuleTest::ofADamagedShard)).isEqualTo(Download.RIGHT);
    assertThat(with(DataRule.without(DataRule.VERIFIED), DataRuleTest::ofADamagedShard))
        .as("the damaged bytes")
        .isEqualTo(Download.WRONG);
  }

  private static Download ofADamagedShard(ObjectWorld world) {
    byte[] content = ObjectWorld.random(2, BLOCK);
    FileDocument file = world.store(content);
    world.nodes.damage(first(world, file).id(), 0, 0);
    return download(world, file, content);
  }
}

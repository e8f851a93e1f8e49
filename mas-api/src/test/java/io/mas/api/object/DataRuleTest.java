package io.mas.api.object;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.mas.api.metadata.ExtentDocument;
import io.mas.api.metadata.ExtentDocument.Missing;
import io.mas.api.metadata.FileDocument;
import io.mas.api.metadata.MetadataStore;
import io.mas.api.metadata.RocksMetadataStore;
import io.mas.api.metadata.WriteOutcome;
import io.mas.api.nodes.SimulatedNodes;
import io.mas.api.nodes.SimulatedNodes.Operation;
import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import io.mas.common.object.ByteRange;
import java.nio.file.Path;
import java.time.Duration;
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

  /** Replaces a shard by parity that takes longer than 30 ms. */
  private static final ObjectWorld.Shape IMPATIENT =
      new ObjectWorld.Shape(9, 32 << 20, Duration.ofMillis(30));

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
    return with(rules, ObjectWorld.Shape.USUAL, test);
  }

  private <T> T with(Set<DataRule> rules, ObjectWorld.Shape shape, Function<ObjectWorld, T> test) {
    try (MetadataStore store = RocksMetadataStore.open(directory.resolve("world-" + worlds++));
        ObjectWorld world = ObjectWorld.with(store, shape, new SimulatedNodes(), rules)) {
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
      byte[] read = world.read(file.hash(), new ByteRange(0, content.length));
      return Arrays.equals(read, content) ? Download.RIGHT : Download.WRONG;
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

  @Test
  void aSlowShardIsNotMissing() {
    assertThat(with(DataRule.ALL, IMPATIENT, DataRuleTest::markedByASlowRead)).isEmpty();
    assertThat(
            with(
                DataRule.without(DataRule.SLOW_IS_NO_EVIDENCE),
                IMPATIENT,
                DataRuleTest::markedByASlowRead))
        .as("whole, and to be repaired because its node is slow")
        .contains(new Missing(0, 0));
  }

  /** The first shard does not come. */
  private static Set<Missing> markedByASlowRead(ObjectWorld world) {
    byte[] content = ObjectWorld.random(3, BLOCK);
    FileDocument file = world.store(content);
    world.nodes.fail(
        (operation, node, key) -> {
          if (operation == Operation.GET && key != null && key.shard() == 0) {
            SimulatedNodes.hang();
          }
        });
    assertThat(download(world, file, content)).isEqualTo(Download.RIGHT);
    world.nodes.heal();
    return marked(world, file, content);
  }

  /**
   * What is marked without being damaged. Evidence is written in the background: that of a shard
   * which is damaged now comes behind what was found before.
   */
  private static Set<Missing> marked(ObjectWorld world, FileDocument file, byte[] content) {
    Missing damaged = new Missing(1, 0);
    world.nodes.damage(first(world, file).id(), damaged.shard(), damaged.block());
    await()
        .until(
            () -> {
              assertThat(download(world, file, content)).isEqualTo(Download.RIGHT);
              return first(world, file).missing().stream().anyMatch(one -> one.shard() == 1);
            });
    Set<Missing> others = new HashSet<>(first(world, file).missing());
    others.remove(damaged);
    return others;
  }

  @Test
  void aShardThatHasMovedIsNotMissing() {
    assertThat(with(DataRule.ALL, DataRuleTest::markedAfterAMove)).isEmpty();
    assertThat(
            with(DataRule.without(DataRule.MOVED_IS_NO_EVIDENCE), DataRuleTest::markedAfterAMove))
        .as("whole, and to be repaired because a gateway had an old document")
        .contains(new Missing(0, Missing.ALL), new Missing(1, Missing.ALL));
  }

  private static Set<Missing> markedAfterAMove(ObjectWorld world) {
    byte[] content = ObjectWorld.random(4, BLOCK);
    FileDocument file = world.store(content);
    assertThat(afterAMove(world, file, content)).isEqualTo(Download.RIGHT);
    return marked(world, file, content);
  }

  @Test
  void shardsThatHaveMovedAreFound() {
    assertThat(with(DataRule.ALL, DataRuleTest::whenAllHaveMoved)).isEqualTo(Download.RIGHT);
    assertThat(with(DataRule.without(DataRule.MOVED_IS_READ_AGAIN), DataRuleTest::whenAllHaveMoved))
        .as("a whole file, looked for where it was")
        .isEqualTo(Download.TOO_FEW_SHARDS);
  }

  private static Download whenAllHaveMoved(ObjectWorld world) {
    byte[] content = ObjectWorld.random(5, BLOCK);
    return afterAMove(world, world.store(content), content);
  }

  /** A gateway that has served the file serves it again, which a repair has moved meanwhile. */
  private static Download afterAMove(ObjectWorld world, FileDocument file, byte[] content) {
    assertThat(download(world, file, content)).isEqualTo(Download.RIGHT);
    ExtentDocument _ = world.moveAll(first(world, file));
    return download(world, file, content);
  }

  @Test
  void aFileThatAnotherGatewayHasDeletedIsGone() {
    assertThat(with(DataRule.ALL, DataRuleTest::whenAnotherHasDeletedIt))
        .isEqualTo(Download.NO_SUCH_FILE);
    assertThat(
            with(
                DataRule.without(DataRule.FILE_IS_LOOKED_AT),
                DataRuleTest::whenAnotherHasDeletedIt))
        .as("a deleted file is served from the cache")
        .isEqualTo(Download.RIGHT);
  }

  private static Download whenAnotherHasDeletedIt(ObjectWorld world) {
    byte[] content = ObjectWorld.random(6, BLOCK);
    FileDocument file = world.store(content);
    assertThat(download(world, file, content)).isEqualTo(Download.RIGHT);
    assertThat(world.outside.metadata().compareAndSetFile(file.deleted()))
        .isEqualTo(WriteOutcome.APPLIED);
    return download(world, file, content);
  }
}

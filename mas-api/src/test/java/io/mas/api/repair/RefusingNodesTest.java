package io.mas.api.repair;

import static org.assertj.core.api.Assertions.assertThat;

import io.mas.api.metadata.ExtentDocument;
import io.mas.api.metadata.FileDocument;
import io.mas.api.nodes.NodeException;
import io.mas.api.nodes.SimulatedNodes;
import io.mas.api.nodes.SimulatedNodes.Operation;
import io.mas.api.object.ObjectWorld;
import io.mas.common.protocol.NodeError;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes that are to have a shard and do not take it. */
class RefusingNodesTest extends UsualRepair {
  RefusingNodesTest(@TempDir Path directory) {
    super(directory);
  }

  /** These nodes take nothing. */
  private void refuse(NodeError error, Predicate<String> nodes) {
    world.nodes.fail(
        (operation, node, key) -> {
          if (operation == Operation.PUT && nodes.test(node)) {
            throw new NodeException(error, "refused by the test");
          }
        });
  }

  /** The eighth has room, and at each turn all are asked anew. */
  @Test
  void moreNodesThatRefuseThanThereAreChangesInATurnDoNotKeepAColumnFromTheOthers() {
    FileDocument file = world.store(ObjectWorld.random(21, BLOCK));
    ExtentDocument extent = world.first(file);
    world.objects.announce(16, Set.of());
    world.loseColumn(extent, 0);
    Set<String> full = new HashSet<>();
    refuse(NodeError.FULL, node -> full.contains(node) || (full.size() < 7 && full.add(node)));
    world.sweep(worker());
    assertThat(full).hasSize(7);
    world.assertWhole(file);
  }

  @Test
  void nodesThatAllRefuseAreNotAskedAgainAtOnce() {
    FileDocument file = world.store(ObjectWorld.random(22, BLOCK));
    ExtentDocument extent = world.first(file);
    world.objects.announce(16, Set.of());
    world.loseColumn(extent, 0);
    refuse(NodeError.FULL, _ -> true);
    world.sweep(worker());
    assertThat(world.count("mas.repair.failures")).isEqualTo(1);
    assertThat(world.now(extent).turn().next())
        .isLessThan(world.objects.time.get() + RepairWorld.LEASE.toMillis());
  }

  @Test
  void aColumnMovesWhoseNodeDoesNotTakeItsBlock() {
    FileDocument file = world.store(ObjectWorld.random(6, 3 * BLOCK));
    ExtentDocument extent = world.first(file);
    String full = extent.shards().get(4).node();
    world.damage(extent, 4, 0);
    refuse(NodeError.FULL, full::equals);
    world.sweep(worker());
    world.assertWhole(file);
    assertThat(world.now(extent).shards().get(4).node()).isNotEqualTo(full);
  }

  /** Silence is no evidence: a restart of the node must not move its columns. */
  @Test
  void aNodeThatIsSilentForAWhileKeepsItsColumn() {
    FileDocument file = world.store(ObjectWorld.random(7, 3 * BLOCK));
    ExtentDocument extent = world.first(file);
    String silent = extent.shards().get(4).node();
    world.damage(extent, 4, 0);
    world.silence(silent);
    RepairWorker worker = worker();
    for (int i = 0; i < 3; i++) {
      world.sweep(worker);
      world.objects.time.addAndGet(10_000);
    }
    assertThat(world.now(extent).shards()).isEqualTo(extent.shards());
    assertThat(world.now(extent).turn().tries()).isEqualTo(3);
    world.sweep(worker);
    world.assertWhole(file);
    assertThat(world.now(extent).shards().get(4).node()).as("in the end").isNotEqualTo(silent);
  }

  /** Nor is a refusal that passes, as of one that is in another life than was meant. */
  @Test
  void aNodeThatHasStartedAgainKeepsItsColumn() {
    FileDocument file = world.store(ObjectWorld.random(17, 3 * BLOCK));
    ExtentDocument extent = world.first(file);
    String restarted = extent.shards().get(4).node();
    world.damage(extent, 4, 0);
    refuse(NodeError.IDENTITY_MISMATCH, restarted::equals);
    RepairWorker worker = worker();
    world.sweep(worker);
    assertThat(world.now(extent).turn().tries()).isEqualTo(1);
    world.nodes.heal();
    world.objects.time.addAndGet(10_000);
    world.sweep(worker);
    world.assertWhole(file);
    assertThat(world.now(extent).shards()).isEqualTo(extent.shards());
  }

  @Test
  void aColumnGoesElsewhereIfItsNewNodeFails() {
    FileDocument file = world.store(ObjectWorld.random(8, 20 * BLOCK));
    ExtentDocument extent = world.first(file);
    world.loseColumn(extent, 1);
    Set<String> failing = new HashSet<>();
    AtomicInteger puts = new AtomicInteger();
    world.nodes.fail(
        (operation, node, key) -> {
          if (operation == Operation.PUT && puts.incrementAndGet() == 2) {
            failing.add(node);
          }
          if (operation == Operation.PUT && failing.contains(node)) {
            throw SimulatedNodes.silence(node);
          }
        });
    world.sweep(worker());
    world.assertWhole(file);
    assertThat(failing).hasSize(1);
    assertThat(world.unnamed(file)).as("what the first one has got is deleted").isEmpty();
  }
}

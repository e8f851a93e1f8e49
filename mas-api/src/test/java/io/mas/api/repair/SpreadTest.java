package io.mas.api.repair;

import static org.assertj.core.api.Assertions.assertThat;

import io.mas.api.metadata.ExtentDocument;
import io.mas.api.metadata.ExtentDocument.Missing;
import io.mas.api.metadata.FileDocument;
import io.mas.api.nodes.SimulatedNodes.Copy;
import io.mas.api.nodes.SimulatedNodes.Operation;
import io.mas.api.object.ObjectWorld;
import io.mas.common.protocol.Priority;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Where columns go when nodes are few, and when they come back. */
@Timeout(60)
class SpreadTest {
  private static final int BLOCK = RepairWorld.BLOCK;

  @TempDir Path directory;

  private RepairWorld world(int nodes, String erasure) {
    return new RepairWorld(directory, ObjectWorld.Shape.of(nodes, erasure));
  }

  /** With two of six nodes gone two columns share nodes, and spread again when nodes are back. */
  @Test
  void columnsShareNodesForAsLongAsThereAreTooFew() {
    try (RepairWorld world = world(6, "4+2")) {
      FileDocument file = world.store(ObjectWorld.random(1, 3 * BLOCK), new byte[100]);
      RepairWorker worker = world.worker(RepairRule.ALL);
      Set<String> away = Set.of("node-2", "node-5");
      world.objects.announce(6, away);
      world.extents(file).forEach(extent -> loseAllOn(world, extent, away));
      world.sweep(worker);
      world.assertWhole(file);
      assertThat(world.first(file).belowIdeal()).isTrue();
      assertThat(world.first(file).shards())
          .extracting(ExtentDocument.Shard::node)
          .doesNotContainAnyElementsOf(away);
      world.objects.announce(6, Set.of());
      world.repair(worker);
      world.assertWhole(file);
      assertThat(world.extents(file)).noneMatch(ExtentDocument::lacking);
    }
  }

  private static void loseAllOn(RepairWorld world, ExtentDocument extent, Set<String> away) {
    for (int shard = 0; shard < extent.shards().size(); shard++) {
      if (away.contains(extent.shards().get(shard).node())) {
        world.loseColumn(extent, shard);
      }
    }
  }

  /** 2+1 on three nodes: no place is better than one that loses two shards with one node. */
  @Test
  void aColumnWaitsIfEveryNodeWouldHaveTooMany() {
    try (RepairWorld world = world(3, "2+1")) {
      FileDocument file = world.store(ObjectWorld.random(2, 3 * BLOCK));
      ExtentDocument extent = world.first(file);
      RepairWorker worker = world.worker(RepairRule.ALL);
      Set<String> away = Set.of(extent.shards().get(1).node());
      world.objects.announce(3, away);
      loseAllOn(world, extent, away);
      Set<Copy> before = world.nodes.copies();
      AtomicInteger puts = count(world, Operation.PUT);
      world.repair(worker);
      assertThat(world.nodes.copies()).isEqualTo(before);
      assertThat(puts).hasValue(0);
      assertThat(world.now(extent).missing()).containsExactly(new Missing(1, Missing.ALL));
      assertThat(world.now(extent).turn().tries()).as("it backs off").isGreaterThan(3);
      world.objects.announce(4, away);
      world.repair(worker);
      world.assertWhole(file);
    }
  }

  /** More than are looked at in one go, and more urgent than what can be repaired. */
  @Test
  void whatHasNoPlaceHoldsUpNobody() {
    try (RepairWorld world = world(3, "4+2")) {
      FileDocument large =
          world.store(
              IntStream.range(0, RepairWorker.PAGE + 3)
                  .mapToObj(i -> ObjectWorld.random(i, BLOCK))
                  .toArray(byte[][]::new));
      FileDocument small = world.store(ObjectWorld.random(900, 500));
      Set<String> away = Set.of("node-1");
      world.objects.announce(3, away);
      world.extents(large).forEach(extent -> loseAllOn(world, extent, away));
      loseAllOn(world, world.first(small), away);
      assertThat(world.extents(large)).allMatch(extent -> extent.redundancy() == 0);
      assertThat(world.first(small).redundancy()).isEqualTo(1);
      world.sweep(world.worker(RepairRule.ALL));
      assertThat(world.extents(large)).noneMatch(extent -> extent.missing().isEmpty());
      assertThat(world.first(small).missing()).isEmpty();
    }
  }

  private static AtomicInteger count(RepairWorld world, Operation wanted) {
    AtomicInteger count = new AtomicInteger();
    world.nodes.fail(
        (operation, node, key) -> {
          if (operation == wanted) {
            count.incrementAndGet();
          }
        });
    return count;
  }

  /** 2+2 on three nodes, of which one has two shards: when another is lost it is the last. */
  @Test
  void whereTheNextNodeIsTheLastNobodyWaitsForOthers() {
    try (RepairWorld world = world(3, "2+2")) {
      FileDocument file = world.store(ObjectWorld.random(5, 3 * BLOCK));
      ExtentDocument extent = world.first(file);
      List<String> nodes = extent.shards().stream().map(ExtentDocument.Shard::node).toList();
      int alone =
          IntStream.range(0, nodes.size())
              .filter(shard -> Collections.frequency(nodes, nodes.get(shard)) == 1)
              .findFirst()
              .orElseThrow();
      world.loseColumn(extent, alone);
      assertThat(world.now(extent).redundancy()).isEqualTo(1);
      world.sweep(world.worker(RepairRule.ALL));
      assertThat(world.nodes.priorities()).containsExactly(Priority.NORMAL);
      world.assertWhole(file);
    }
  }

  /** Since then, and not since 1970. */
  @Test
  void whatIsFoundWhileColumnsAreSpreadIsMissingSinceThen() {
    try (RepairWorld world = world(5, "4+2")) {
      FileDocument file = world.store(ObjectWorld.random(6, 3 * BLOCK));
      ExtentDocument extent = world.first(file);
      assertThat(extent.belowIdeal()).isTrue();
      for (int shard = 0; shard < 3; shard++) {
        world.nodes.damage(extent.id(), shard, 1);
      }
      world.objects.announce(6, Set.of());
      long now = world.objects.time.get();
      world.sweep(world.worker(RepairRule.ALL));
      assertThat(world.now(extent).missing()).isNotEmpty();
      assertThat(world.now(extent).turn().since()).isEqualTo(now);
    }
  }

  /** Full copies on a cluster of one node too few. */
  @Test
  void aCopyOfASmallFileGoesToTheNodeThatHasNone() {
    try (RepairWorld world = world(4, "4+2")) {
      FileDocument file = world.store(ObjectWorld.random(3, 500));
      ExtentDocument extent = world.first(file);
      world.loseColumn(extent, 0);
      world.loseColumn(extent, 1);
      world.sweep(world.worker(RepairRule.ALL));
      world.assertWhole(file);
      assertThat(world.first(file).belowIdeal()).isFalse();
    }
  }

  /** More than are looked at in one go; a write each, and none after that until a node comes. */
  @Test
  void extentsThatWaitForMoreNodesCostNoWrites() {
    try (RepairWorld world = world(3, "4+2")) {
      int count = RepairWorker.PAGE + 3;
      FileDocument file =
          world.store(
              IntStream.range(0, count)
                  .mapToObj(i -> ObjectWorld.random(i, BLOCK))
                  .toArray(byte[][]::new));
      assertThat(world.extents(file)).hasSize(count).allMatch(ExtentDocument::belowIdeal);
      AtomicInteger writes = new AtomicInteger();
      RepairWorker worker =
          world.worker(
              ObjectWorld.meddled(
                  world.store,
                  (method, _, original) -> {
                    if (method.equals("compareAndSetExtent")) {
                      writes.incrementAndGet();
                    }
                    return original.call();
                  }),
              world.nodes,
              RepairRule.ALL,
              2);
      world.repair(worker);
      assertThat(writes).as("each is looked at once").hasValue(count);
      world.objects.announce(3, Set.of("node-3"));
      world.repair(worker);
      world.objects.announce(3, Set.of());
      world.repair(worker);
      assertThat(writes).as("after a restart there are no more nodes than before").hasValue(count);
      ExtentDocument damaged = world.first(file);
      world.loseColumn(damaged, 0);
      world.repair(worker);
      assertThat(world.now(damaged).missing()).as("what is missing waits for nobody").isEmpty();
      world.objects.announce(6, Set.of());
      world.repair(worker);
      world.assertWhole(file);
      assertThat(world.extents(file)).noneMatch(ExtentDocument::lacking);
    }
  }

  /** Three zones of three nodes: with one away each of the others has half of every extent. */
  @Test
  void whatWasStoredWhileAZoneWasAwayIsSpreadOverAllZonesAgain() {
    try (RepairWorld world = world(9, "4+2")) {
      UnaryOperator<String> zone = node -> "zone-" + (node.charAt(node.length() - 1) - '1') / 3;
      Set<String> away = Set.of("node-7", "node-8", "node-9");
      world.objects.announce(9, away, zone);
      FileDocument file = world.store(ObjectWorld.random(5, 3 * BLOCK));
      ExtentDocument extent = world.first(file);
      assertThat(perZone(extent, zone)).containsExactlyInAnyOrder(3L, 3L);
      assertThat(extent.belowIdeal()).isTrue();
      RepairWorker worker = world.worker(RepairRule.ALL);
      world.repair(worker);
      assertThat(world.now(extent).shards()).isEqualTo(extent.shards());
      world.objects.announce(9, Set.of(), zone);
      world.repair(worker);
      world.assertWhole(file);
      assertThat(perZone(world.now(extent), zone)).containsExactlyInAnyOrder(2L, 2L, 2L);
      assertThat(world.now(extent).lacking()).isFalse();
      long version = world.now(extent).version();
      world.repair(worker);
      assertThat(world.now(extent).version()).as("nothing moves again").isEqualTo(version);
    }
  }

  private static Collection<Long> perZone(ExtentDocument extent, UnaryOperator<String> zone) {
    return extent.shards().stream()
        .collect(Collectors.groupingBy(one -> zone.apply(one.node()), Collectors.counting()))
        .values();
  }

  @Test
  void nothingIsWrittenWhileThereAreNoMoreNodes() {
    try (RepairWorld world = world(3, "4+2")) {
      FileDocument file = world.store(ObjectWorld.random(4, 2 * BLOCK));
      ExtentDocument extent = world.first(file);
      assertThat(extent.belowIdeal()).isTrue();
      AtomicInteger puts = count(world, Operation.PUT);
      AtomicInteger gets = count(world, Operation.GET);
      RepairWorker worker = world.worker(RepairRule.ALL);
      world.repair(worker);
      assertThat(puts).hasValue(0);
      assertThat(gets).hasValue(0);
      assertThat(world.now(extent).shards()).isEqualTo(extent.shards());
      assertThat(world.now(extent).version())
          .as("one write, in half an hour")
          .isEqualTo(extent.version() + 1);
      world.nodes.heal();
      world.objects.announce(5, Set.of());
      world.repair(worker);
      world.assertWhole(file);
      assertThat(world.now(extent).belowIdeal()).as("better, but not ideal").isTrue();
      assertThat(world.now(extent).shards())
          .extracting(ExtentDocument.Shard::node)
          .contains("node-1", "node-2", "node-3", "node-4", "node-5");
      world.objects.announce(6, Set.of());
      world.repair(worker);
      world.assertWhole(file);
      assertThat(world.now(extent).lacking()).isFalse();
      assertThat(world.objects.read(file.hash())).isEqualTo(ObjectWorld.random(4, 2 * BLOCK));
    }
  }
}

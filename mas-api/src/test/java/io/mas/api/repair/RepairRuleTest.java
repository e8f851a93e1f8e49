package io.mas.api.repair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.mas.api.metadata.ExtentDocument;
import io.mas.api.metadata.ExtentDocument.Missing;
import io.mas.api.metadata.FileDocument;
import io.mas.api.metadata.MetadataStore;
import io.mas.api.metadata.WriteOutcome;
import io.mas.api.nodes.SimulatedNodes.Operation;
import io.mas.api.object.ObjectWorld;
import io.mas.common.cluster.InProcessDiscovery;
import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import io.mas.common.object.ExtentId;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Each rule of the repair: what happens with it, and the harm that is done when it is left out. */
@Timeout(60)
class RepairRuleTest {
  /** More than a page. */
  private static final int BAD = RepairWorker.PAGE + 4;

  private static final int BLOCK = RepairWorld.BLOCK;

  @TempDir Path directory;
  private int worlds;

  private RepairWorld world(int nodes, String erasure) {
    return new RepairWorld(
        directory.resolve("world-" + worlds++), ObjectWorld.Shape.of(nodes, erasure));
  }

  private static Set<RepairRule> without(RepairRule rule) {
    return EnumSet.complementOf(EnumSet.of(rule));
  }

  @Test
  void shardsAreNotRebuiltFromDamagedOnes() {
    assertThat(wrongAfterRepair(RepairRule.ALL)).isEmpty();
    assertThat(wrongAfterRepair(without(RepairRule.VERIFY_SOURCES)))
        .as("wrong bytes, published as if they were right")
        .contains(new Missing(4, 0));
  }

  private List<Missing> wrongAfterRepair(Set<RepairRule> rules) {
    try (RepairWorld world = world(9, "4+2")) {
      FileDocument file = world.store(ObjectWorld.random(1, BLOCK));
      world.nodes.damage(world.first(file).id(), 0, 0); // and nobody knows it
      world.loseColumn(world.first(file), 4);
      RepairWorker worker = world.worker(rules);
      world.sweep(worker);
      world.sweep(worker);
      assertThat(world.first(file).missing()).isEmpty();
      return world.wrong(world.first(file));
    }
  }

  @Test
  void whatOthersHaveWrittenMeanwhileStays() {
    assertThat(missingAfterRace(RepairRule.ALL)).containsExactly(new Missing(5, 1));
    assertThat(missingAfterRace(without(RepairRule.PUBLISH_BY_VERSION)))
        .as("damage that nobody looks for any more")
        .isEmpty();
  }

  private Set<Missing> missingAfterRace(Set<RepairRule> rules) {
    try (RepairWorld world = world(9, "4+2")) {
      FileDocument file = world.store(ObjectWorld.random(2, 2 * BLOCK));
      ExtentDocument extent = world.first(file);
      world.loseColumn(extent, 1);
      AtomicBoolean once = new AtomicBoolean();
      AtomicInteger reads = new AtomicInteger();
      MetadataStore raced =
          ObjectWorld.meddled(
              world.store,
              (method, arguments, original) -> {
                boolean publish =
                    method.equals("compareAndSetExtent")
                        && ((ExtentDocument) arguments[0]).missing().isEmpty();
                if (publish && once.compareAndSet(false, true)) {
                  world.lacks(extent, new Missing(5, 1));
                }
                return original.call();
              });
      world.nodes.fail(
          (operation, node, key) -> {
            if (operation == Operation.PUT && reads.incrementAndGet() > 1) {
              throw new IllegalStateException("one repair is enough here");
            }
          });
      world.sweep(world.worker(raced, world.nodes, rules, 1));
      assertThat(once).isTrue();
      return world.now(extent).missing();
    }
  }

  @Test
  void copiesThatMayBePublishedAreNotDeleted() {
    assertThat(copiesLostByAnUnknownOutcome(RepairRule.ALL)).isZero();
    assertThat(copiesLostByAnUnknownOutcome(without(RepairRule.KEEP_UNCERTAIN)))
        .as("a published copy is deleted")
        .isEqualTo(1);
  }

  /** The publication is applied, but neither that nor the document can be learnt. */
  private int copiesLostByAnUnknownOutcome(Set<RepairRule> rules) {
    try (RepairWorld world = world(9, "4+2")) {
      FileDocument file = world.store(ObjectWorld.random(3, BLOCK));
      ExtentDocument extent = world.first(file);
      world.loseColumn(extent, 2);
      AtomicBoolean away = new AtomicBoolean();
      MetadataStore flaky =
          ObjectWorld.meddled(
              world.store,
              (method, arguments, original) -> {
                if (away.get()) {
                  throw new MasException(ErrorCode.METADATA_UNREACHABLE, "away");
                }
                Object result = original.call();
                boolean publish =
                    method.equals("compareAndSetExtent")
                        && ((ExtentDocument) arguments[0]).missing().isEmpty();
                away.set(publish);
                return publish ? WriteOutcome.UNKNOWN : result;
              });
      world.sweep(world.worker(flaky, world.nodes, rules, 1));
      assertThat(away).isTrue();
      assertThat(world.now(extent).missing()).isEmpty();
      return world.wrong(world.now(extent)).size();
    }
  }

  @Test
  void noNodeGetsMoreShardsThanMayBeLost() {
    assertThat(mostOnANode(RepairRule.ALL)).isEqualTo(2);
    assertThat(mostOnANode(without(RepairRule.KEEP_SPREAD)))
        .as("one node more takes the file with it")
        .isGreaterThan(2);
  }

  /** Of many extents that lose two columns, on four nodes that are left. */
  private long mostOnANode(Set<RepairRule> rules) {
    try (RepairWorld world = world(6, "4+2")) {
      Set<String> away = Set.of("node-1", "node-2");
      long most = 0;
      RepairWorker worker = world.worker(rules);
      for (int i = 0; i < 20; i++) {
        world.objects.announce(6, Set.of());
        FileDocument file = world.store(ObjectWorld.random(100 + i, BLOCK));
        world.objects.announce(6, away);
        ExtentDocument extent = world.first(file);
        for (int shard = 0; shard < 6; shard++) {
          if (away.contains(extent.shards().get(shard).node())) {
            world.loseColumn(extent, shard);
          }
        }
        world.sweep(worker);
        ExtentDocument after = world.now(extent);
        assertThat(after.missing()).isEmpty();
        for (ExtentDocument.Shard one : after.shards()) {
          most =
              Math.max(
                  most, after.shards().stream().filter(s -> s.node().equals(one.node())).count());
        }
      }
      return most;
    }
  }

  @Test
  void theMostUrgentComesFirst() {
    assertThat(orderOfRepair(RepairRule.ALL)).containsExactly("urgent", "oldest", "older");
    assertThat(orderOfRepair(without(RepairRule.URGENT_FIRST)))
        .as("what may be lost next waits")
        .startsWith("oldest")
        .containsExactlyInAnyOrder("oldest", "older", "urgent");
  }

  /**
   * By one place, so the second begins when the first is repaired; only what is urgent has a spare.
   */
  private List<String> orderOfRepair(Set<RepairRule> rules) {
    try (RepairWorld world = world(9, "4+2")) {
      ExtentDocument oldest = world.first(world.store(ObjectWorld.random(5, BLOCK)));
      ExtentDocument older = world.first(world.store(ObjectWorld.random(7, BLOCK)));
      ExtentDocument urgent = world.first(world.store(ObjectWorld.random(6, BLOCK)));
      Map<ExtentId, String> names =
          Map.of(oldest.id(), "oldest", older.id(), "older", urgent.id(), "urgent");
      world.loseColumn(oldest, 0);
      world.objects.time.addAndGet(1000);
      world.loseColumn(older, 0);
      world.objects.time.addAndGet(1000);
      world.loseColumn(urgent, 0);
      world.loseColumn(urgent, 1);
      Set<ExtentId> order = new LinkedHashSet<>();
      world.nodes.fail(
          (operation, node, key) -> {
            if (operation == Operation.PUT && key != null) {
              synchronized (order) {
                order.add(key.extent());
              }
            }
          });
      world.sweep(world.worker(world.store, world.nodes, rules, 1));
      return order.stream().map(names::get).toList();
    }
  }

  /** The one place is taken, and another waits for it, until the urgent one is repaired. */
  @Test
  void whatIsUrgentWaitsForNobody() throws Exception {
    try (RepairWorld world = world(9, "4+2")) {
      ExtentDocument slow = world.first(world.store(ObjectWorld.random(5, BLOCK)));
      FileDocument next = world.store(ObjectWorld.random(6, BLOCK));
      FileDocument urgent = world.store(ObjectWorld.random(7, BLOCK));
      world.loseColumn(slow, 0);
      world.objects.time.addAndGet(1000);
      world.loseColumn(world.first(next), 0);
      CountDownLatch begun = new CountDownLatch(1);
      CountDownLatch repaired = new CountDownLatch(1);
      world.nodes.fail(
          (operation, node, key) -> {
            if (operation == Operation.PUT && key != null && key.extent().equals(slow.id())) {
              begun.countDown();
              repaired.await();
            }
          });
      RepairWorker worker = world.worker(world.store, world.nodes, RepairRule.ALL, 1);
      worker.start(new InProcessDiscovery());
      begun.await();
      world.loseColumn(world.first(urgent), 0);
      world.loseColumn(world.first(urgent), 1);
      worker.wake();
      await().until(() -> world.first(urgent).missing().isEmpty());
      assertThat(world.first(next).missing()).isNotEmpty();
      repaired.countDown();
      await().until(() -> world.first(next).missing().isEmpty());
      await().until(() -> world.now(slow).missing().isEmpty());
    }
  }

  /** They are the most urgent by redundancy; more than a page of them. */
  @Test
  void whatCannotBeReadComesLastAndNotNever() {
    try (RepairWorld world = world(9, "4+2")) {
      for (int i = 0; i < 3 * RepairWorker.PAGE; i++) {
        ExtentDocument lost = world.first(world.store(ObjectWorld.random(400 + i, 10)));
        for (int shard = 0; shard < 3; shard++) {
          world.loseColumn(lost, shard);
        }
      }
      FileDocument good = world.store(ObjectWorld.random(8, BLOCK));
      world.loseColumn(world.first(good), 0);
      List<ExtentId> reads = new CopyOnWriteArrayList<>();
      world.nodes.fail(
          (operation, node, key) -> {
            if (operation == Operation.GET && key != null) {
              reads.add(key.extent());
            }
          });
      world.sweep(world.worker(world.store, world.nodes, RepairRule.ALL, 1));
      world.assertWhole(good);
      assertThat(reads.getFirst()).isEqualTo(world.first(good).id());
      assertThat(Set.copyOf(reads)).as("tried too").hasSizeGreaterThan(RepairWorker.UNREADABLE);
    }
  }

  @Test
  void whatFailsIsNotTriedAgainAtOnce() {
    assertThat(triesOfBadOnes(RepairRule.ALL, BAD)).as("each once").isEqualTo(BAD);
    assertThat(triesOfBadOnes(without(RepairRule.BACK_OFF), 5 * BAD))
        .as("for ever")
        .isGreaterThan(4 * BAD);
  }

  /** Of extents that are lost for good, while the clock stands still. */
  private int triesOfBadOnes(Set<RepairRule> rules, int atLeast) {
    try (RepairWorld world = world(9, "4+2")) {
      for (int i = 0; i < BAD; i++) {
        ExtentDocument bad = world.first(world.store(ObjectWorld.random(200 + i, 10)));
        for (int shard = 0; shard < 3; shard++) {
          world.loseColumn(bad, shard);
        }
      }
      RepairWorker worker = world.worker(rules);
      worker.start(new InProcessDiscovery());
      await().until(() -> world.count("mas.repair.failures") >= atLeast);
      if (rules.contains(RepairRule.BACK_OFF)) {
        world.sweep(worker); // would never end without the rule
      }
      worker.close();
      return (int) world.count("mas.repair.failures");
    }
  }
}

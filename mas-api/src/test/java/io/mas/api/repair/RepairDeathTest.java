package io.mas.api.repair;

import static org.assertj.core.api.Assertions.assertThat;

import io.mas.api.metadata.ExtentDocument;
import io.mas.api.metadata.FileDocument;
import io.mas.api.metadata.MetadataStore;
import io.mas.api.nodes.ShardClient;
import io.mas.api.object.ObjectWorld;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Workers that die at each of their steps, that work on the same, and harm at random. */
@Timeout(120)
class RepairDeathTest {
  private static final int BLOCK = RepairWorld.BLOCK;

  @TempDir Path directory;

  /** Is dead for good from one of its operations on; that one may still be done. */
  private static final class Life {
    private final int deadFrom;
    private final boolean lastIsDone;
    private final AtomicInteger steps = new AtomicInteger();

    Life(int deadFrom, boolean lastIsDone) {
      this.deadFrom = deadFrom;
      this.lastIsDone = lastIsDone;
    }

    Object step(ObjectWorld.Original operation) throws Throwable {
      int step = steps.incrementAndGet();
      if (step < deadFrom) {
        return operation.call();
      }
      if (step == deadFrom && lastIsDone) {
        operation.call();
      }
      throw new IllegalStateException("the worker is dead");
    }

    boolean over() {
      return steps.get() >= deadFrom;
    }

    MetadataStore metadata(MetadataStore store) {
      return ObjectWorld.meddled(store, (method, arguments, original) -> step(original));
    }

    ShardClient client(ShardClient nodes) {
      return (ShardClient)
          Proxy.newProxyInstance(
              ShardClient.class.getClassLoader(),
              new Class<?>[] {ShardClient.class},
              (self, method, arguments) ->
                  step(
                      () -> {
                        try {
                          return method.invoke(nodes, arguments);
                        } catch (InvocationTargetException e) {
                          throw e.getCause() == null ? e : e.getCause();
                        }
                      }));
    }
  }

  /** A worker works until it dies. */
  private static void live(RepairWorld world, Life life) {
    RepairWorker worker =
        world.worker(life.metadata(world.store), life.client(world.nodes), RepairRule.ALL, 1);
    try {
      world.sweep(worker);
    } catch (IllegalStateException dead) {
      assertThat(dead).hasMessage("the worker is dead");
    }
    if (life.over()) {
      world.objects.revive(); // what the dead one has not got from the nodes is not their fault
    }
  }

  @Test
  void aWorkerMayDieAtAnyStepAndTheNextOneEndsTheWork() {
    try (RepairWorld world = new RepairWorld(directory, ObjectWorld.Shape.USUAL)) {
      boolean died = true;
      int steps = 1;
      for (; died; steps++) {
        FileDocument file = world.store(ObjectWorld.random(steps, 2 * BLOCK + 9));
        for (boolean done : List.of(false, true)) {
          ExtentDocument extent = world.first(file);
          world.loseColumn(extent, 0);
          world.damage(extent, 3, 1);
          Life life = new Life(steps, done);
          live(world, life);
          died = life.over();
          assertThat(world.objects.read(file.hash()))
              .as("dead at step %d", steps)
              .isEqualTo(ObjectWorld.random(steps, 2 * BLOCK + 9));
          world.objects.time.addAndGet(RepairWorld.LEASE.toMillis() + 5000);
          world.sweep(world.worker(RepairRule.ALL));
          world.assertWhole(file);
        }
      }
      assertThat(steps).as("steps of a repair").isGreaterThan(15);
    }
  }

  /** Two who do not know of each other, and no lease that keeps them apart. */
  @Test
  void workersThatRaceEndWithOneAttemptOfEachColumn() throws Exception {
    try (RepairWorld world = new RepairWorld(directory, ObjectWorld.Shape.USUAL)) {
      for (int round = 0; round < 30; round++) {
        FileDocument file = world.store(ObjectWorld.random(round, 3 * BLOCK));
        ExtentDocument extent = world.first(file);
        world.loseColumn(extent, 0);
        world.loseColumn(extent, 1);
        MetadataStore timeless = timeless(world);
        List<Thread> racers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
          RepairWorker worker = world.worker(timeless, world.nodes, RepairRule.ALL, 1);
          racers.add(Thread.ofVirtual().start(() -> world.sweep(worker)));
        }
        for (Thread racer : racers) {
          racer.join();
        }
        world.objects.time.addAndGet(RepairWorld.LEASE.toMillis() + 5000);
        world.repair(world.worker(RepairRule.ALL));
        world.assertWhole(file);
        assertThat(world.unnamed(file)).as("the losers' attempts are deleted").isEmpty();
        assertThat(world.objects.room.files().delete(file.hash()).size()).isEqualTo(file.size());
        world.objects.time.addAndGet(90_000_000);
        world.objects.room.sweep().sweep();
      }
    }
  }

  /** To take an extent is always as if its turn had come. */
  private static MetadataStore timeless(RepairWorld world) {
    return ObjectWorld.meddled(
        world.store,
        (method, arguments, original) ->
            method.equals("extentsToRepair")
                ? world.store.extentsToRepair(Long.MAX_VALUE, 10)
                : original.call());
  }

  @Test
  void whateverHappensEverythingIsWholeInTheEnd() {
    long seed = Long.getLong("mas.seed", System.nanoTime());
    System.out.println("RepairDeathTest seed " + seed);
    Random random = new Random(seed);
    try (RepairWorld world = new RepairWorld(directory, ObjectWorld.Shape.USUAL)) {
      List<FileDocument> files = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        files.add(
            world.store(
                ObjectWorld.random(seed + i, 1 + random.nextInt(20 * BLOCK)),
                new byte[1 + random.nextInt(3 * BLOCK)],
                ObjectWorld.random(seed - i, 1 + random.nextInt(60_000))));
      }
      for (int round = 0; round < 25; round++) {
        files.forEach(file -> world.extents(file).forEach(extent -> harm(world, extent, random)));
        live(world, new Life(1 + random.nextInt(150), random.nextBoolean()));
        world.objects.time.addAndGet(random.nextInt(120_000));
      }
      world.repair(world.worker(RepairRule.ALL));
      files.forEach(file -> world.extents(file).forEach(extent -> scrub(world, extent)));
      world.repair(world.worker(RepairRule.ALL));
      for (FileDocument file : files) {
        world.assertWhole(file);
        assertThat(world.extents(file)).as("seed %d", seed).noneMatch(ExtentDocument::lacking);
      }
    }
  }

  /** What nobody has read is found. */
  private static void scrub(RepairWorld world, ExtentDocument extent) {
    assertThat(extent.missing()).isEmpty();
    world.wrong(extent).forEach(missing -> world.lacks(extent, missing));
  }

  /** At random, never so that a block has fewer than k shards left; some of it is not noticed. */
  private static void harm(RepairWorld world, ExtentDocument extent, Random random) {
    if (random.nextInt(3) > 0 || !world.wrong(extent).isEmpty()) {
      return;
    }
    int shard = random.nextInt(extent.shards().size());
    int other = (shard + 1) % extent.shards().size();
    int block = random.nextInt(extent.blocks().size());
    switch (random.nextInt(4)) {
      case 0 -> world.loseColumn(extent, shard);
      case 1 -> {
        world.damage(extent, shard, block);
      }
      case 2 -> {
        world.loseColumn(extent, shard);
        world.loseColumn(extent, other);
      }
      default -> {
        world.loseColumn(extent, shard);
        world.nodes.loseBlock(extent.id(), other, block);
      }
    }
  }
}

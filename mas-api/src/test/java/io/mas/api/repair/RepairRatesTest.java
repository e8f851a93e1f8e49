package io.mas.api.repair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mas.api.metadata.FileDocument;
import io.mas.api.nodes.ShardClient;
import io.mas.api.object.ObjectWorld;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.NavigableSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.unit.DataSize;

@Timeout(60)
class RepairRatesTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private final AtomicLong now = new AtomicLong(77);

  private static RepairProperties rates(long total, long perNode) {
    RepairProperties usual = RepairWorld.properties(1);
    return new RepairProperties(
        1,
        usual.sweepEvery(),
        usual.lease(),
        usual.backoff(),
        usual.backoffMost(),
        DataSize.ofBytes(total),
        DataSize.ofBytes(perNode));
  }

  @Test
  void aDebtIsPaidAtTheRateAndLittleIsSavedUp() {
    ByteRate rate = new ByteRate(1000, now::get);
    rate.charge(50);
    assertThat(rate.debt()).isZero();
    rate.charge(500);
    assertThat(rate.debt()).isEqualTo(SECOND / 2);
    now.addAndGet(SECOND / 4);
    assertThat(rate.debt()).isEqualTo(SECOND / 4);
    now.addAndGet(100 * SECOND);
    rate.charge(2050);
    assertThat(rate.debt()).isEqualTo(2 * SECOND);
  }

  @Test
  void readsAndWritesCountForTheirNode() {
    RepairRates rates = new RepairRates(rates(10_000, 1000), now::get);
    rates.read("a", 2050);
    assertThat(rates.debt(List.of("a", "b"))).isEqualTo(2 * SECOND);
    assertThat(rates.debt(List.of("b"))).isZero();
    rates.written("b", 50);
    assertThat(rates.debt(List.of("b"))).isZero();
    rates.written("c", 13_050);
    assertThat(rates.debt(List.of("c"))).isEqualTo(13 * SECOND);
    assertThat(rates.debt(List.of("b"))).as("the whole").isZero();
  }

  @Test
  void whatGoesAtOnceIsSpreadOverATwentiethOfASecond() {
    for (RepairProperties set : List.of(rates(10_000, 1L << 40), rates(10_000, 1000))) {
      RepairRates rates = new RepairRates(set, now::get);
      assertThat(rates.nanos(rates.atOnce())).isEqualTo(SECOND / 20);
    }
  }

  @Test
  void oneGoIsATwentiethOfASecondOfTheLowerRate() {
    assertThat(new RepairRates(rates(10_000, 1L << 40), now::get).atOnce()).isEqualTo(500);
    assertThat(new RepairRates(rates(10_000, 1000), now::get).atOnce()).isEqualTo(50);
  }

  /** Or all who wait would go on at the same moment, and nobody for a while after. */
  @Test
  void whoGoesOnTakesItsPartOfTheWholeBeforeItWrites() throws InterruptedException {
    RepairRates rates = new RepairRates(rates(10_000, 1L << 40), now::get);
    rates.await(List.of("a"), 5500);
    assertThat(rates.debt(List.of("b"))).isEqualTo(SECOND / 2);
    rates.settle(5500, 500);
    assertThat(rates.debt(List.of("b"))).as("little was written").isZero();
    rates.settle(0, 1000);
    assertThat(rates.debt(List.of("b"))).isEqualTo(SECOND / 10);
  }

  /** A column in two seconds; not where one more loss would be the end. */
  @Test
  void theRepairKeepsToItsRateUnlessNoFurtherLossIsSurvivable(@TempDir Path directory) {
    try (RepairWorld world = new RepairWorld(directory, ObjectWorld.Shape.USUAL)) {
      int blocks = 64;
      FileDocument file = world.store(ObjectWorld.random(1, blocks * RepairWorld.BLOCK));
      long column = (long) blocks * RepairWorld.BLOCK / 4;
      RepairWorker slow =
          world
              .room(world.store, world.nodes, RepairRule.ALL, rates(column / 2, 1L << 40))
              .worker();
      world.loseColumn(world.first(file), 0);
      assertThat(seconds(() -> world.sweep(slow))).isBetween(1.5, 10.0);
      world.assertWhole(file);
      world.loseColumn(world.first(file), 0);
      world.loseColumn(world.first(file), 1);
      assertThat(world.first(file).redundancy()).isZero();
      // Two columns at this rate would be two minutes.
      RepairWorker slower =
          world
              .room(world.store, world.nodes, RepairRule.ALL, rates(column / 60, 1L << 40))
              .worker();
      assertThat(seconds(() -> world.sweep(slower))).isLessThan(60);
      world.assertWhole(file);
      FileDocument small = world.store(ObjectWorld.random(2, 10));
      world.loseColumn(world.first(small), 0);
      assertThat(seconds(() -> world.sweep(slower))).as("nothing was charged").isLessThan(60);
      world.assertWhole(small);
    }
  }

  /** Though all of it might be read at once, as nothing was read before. */
  @Test
  void whatGoesAtOnceIsReadOnePartAfterTheOther(@TempDir Path directory) {
    try (RepairWorld world = new RepairWorld(directory, ObjectWorld.Shape.USUAL)) {
      int blocks = 8;
      FileDocument file = world.store(ObjectWorld.random(1, blocks * RepairWorld.BLOCK));
      long column = (long) blocks * RepairWorld.BLOCK / 4;
      RepairProperties set = rates((long) (column / RepairRates.SECONDS_AT_ONCE), 1L << 40);
      // A stall before the first read shortens what is seen, but not each time.
      double longest =
          IntStream.range(0, 3).mapToDouble(_ -> spread(world, file, set)).max().orElseThrow();
      assertThat(longest).isGreaterThan(0.7 * RepairRates.SECONDS_AT_ONCE);
    }
  }

  /** Seconds from the first read of a repair to its last. */
  private static double spread(RepairWorld world, FileDocument file, RepairProperties set) {
    Reads reads = new Reads(world.nodes, 1);
    world.loseColumn(world.first(file), 0);
    world.sweep(world.room(world.store, reads.client(), RepairRule.ALL, set).worker());
    world.assertWhole(file);
    return (reads.begun.last() - reads.begun.first()) / (double) SECOND;
  }

  /** In the background a repair keeps one core busy; where it is urgent, k shards come at once. */
  @Test
  void shardsOfABlockAreReadOneByOneUnlessNoFurtherLossIsSurvivable(@TempDir Path directory) {
    try (RepairWorld world = new RepairWorld(directory, ObjectWorld.Shape.USUAL)) {
      FileDocument file = world.store(ObjectWorld.random(1, RepairWorld.BLOCK));
      Reads alone = new Reads(world.nodes, 1);
      world.loseColumn(world.first(file), 0);
      world.sweep(world.worker(world.store, alone.client(), RepairRule.ALL, 1));
      world.assertWhole(file);
      assertThat(alone.most).hasValue(1);
      Reads together = new Reads(world.nodes, 4);
      world.loseColumn(world.first(file), 0);
      world.loseColumn(world.first(file), 1);
      world.sweep(world.worker(world.store, together.client(), RepairRule.ALL, 1));
      world.assertWhole(file);
      assertThat(together.most).hasValue(4);
    }
  }

  /** Counts the shards that are read at the same time; none comes before so many are asked for. */
  private static final class Reads {
    final AtomicInteger most = new AtomicInteger();

    /** When each began, by {@link System#nanoTime}. */
    final NavigableSet<Long> begun = new ConcurrentSkipListSet<>();

    private final AtomicInteger running = new AtomicInteger();
    private final CountDownLatch asked;
    private final ShardClient nodes;

    Reads(ShardClient nodes, int wanted) {
      this.nodes = nodes;
      this.asked = new CountDownLatch(wanted);
    }

    ShardClient client() {
      return (ShardClient)
          Proxy.newProxyInstance(
              ShardClient.class.getClassLoader(),
              new Class<?>[] {ShardClient.class},
              (_, method, arguments) ->
                  method.getName().equals("get")
                      ? read(method, arguments)
                      : call(method, arguments));
    }

    private Object read(Method method, Object[] arguments) throws Throwable {
      begun.add(System.nanoTime());
      most.accumulateAndGet(running.incrementAndGet(), Math::max);
      try {
        asked.countDown();
        asked.await();
        return call(method, arguments);
      } finally {
        running.decrementAndGet();
      }
    }

    private Object call(Method method, Object[] arguments) throws Throwable {
      try {
        return method.invoke(nodes, arguments);
      } catch (InvocationTargetException e) {
        throw e.getCause();
      }
    }
  }

  private static double seconds(Runnable work) {
    long start = System.nanoTime();
    work.run();
    return (System.nanoTime() - start) / (double) SECOND;
  }

  @Test
  void settingsThatCannotBeAreRefused() {
    Duration second = Duration.ofSeconds(1);
    DataSize size = DataSize.ofMegabytes(1);
    assertThatThrownBy(() -> new RepairProperties(0, second, second, second, second, size, size))
        .hasMessageContaining("mas.repair.parallel");
    assertThatThrownBy(
            () ->
                new RepairProperties(1, second, second, second, Duration.ofMillis(999), size, size))
        .hasMessageContaining("mas.repair.backoff-most");
    assertThatThrownBy(() -> rates(0, 1)).hasMessageContaining("mas.repair.rate is");
  }
}

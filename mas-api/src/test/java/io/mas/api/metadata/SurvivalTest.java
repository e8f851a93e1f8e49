package io.mas.api.metadata;

import static io.mas.api.metadata.Extents.block;
import static io.mas.api.metadata.Extents.column;
import static org.assertj.core.api.Assertions.assertThat;

import io.mas.api.metadata.ExtentDocument.Missing;
import java.security.SecureRandom;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SurvivalTest {

  private static int mayFail(ExtentDocument extent, String... down) {
    return Survival.mayFail(extent, node -> !Set.of(down).contains(node));
  }

  @Test
  void aWholeExtentSurvivesAsManyNodesAsItHasParity() {
    assertThat(mayFail(Extents.of(1))).isEqualTo(2);
    assertThat(mayFail(Extents.of(1), "node-3")).isEqualTo(1);
    assertThat(mayFail(Extents.of(1), "node-3", "node-6")).isZero();
    assertThat(mayFail(Extents.of(1), "node-3", "node-6", "node-1")).isNegative();
  }

  @Test
  void whatIsMissingAndWhatIsDownAddUpAndCountOnce() {
    assertThat(mayFail(Extents.of(1, column(0)))).isEqualTo(1);
    assertThat(mayFail(Extents.of(1, column(0)), "node-1")).isEqualTo(1);
    assertThat(mayFail(Extents.of(1, column(0)), "node-2")).isZero();
    assertThat(mayFail(Extents.of(1, column(0), column(1), column(2)))).isNegative();
  }

  @Test
  void damageOfDifferentBlocksDoesNotAddUp() {
    assertThat(mayFail(Extents.of(1, block(0, 0), block(1, 1)))).isEqualTo(1);
    assertThat(mayFail(Extents.of(1, block(0, 0), block(1, 0)))).isZero();
  }

  @Test
  void aNodeWithSeveralShardsTakesThemAll() {
    List<String> three = List.of("node-1", "node-2", "node-3", "node-1", "node-2", "node-3");
    assertThat(mayFail(Extents.of(1, 0, three))).isEqualTo(1);
    assertThat(mayFail(Extents.of(1, 0, three, column(0)))).isZero();
    assertThat(mayFail(Extents.of(1, 0, three), "node-2")).isZero();
  }

  @Test
  void itIsWhatTryingEverySetOfNodesFinds() {
    long seed = Long.getLong("mas.test.seed", new SecureRandom().nextLong());
    System.out.println("survival: -Dmas.test.seed=" + seed);
    Random random = new Random(seed);
    for (int round = 0; round < 500; round++) {
      List<String> nodes =
          Stream.generate(() -> "node-" + (1 + random.nextInt(7)))
              .limit(4 + random.nextInt(5))
              .toList();
      Missing[] missing =
          Stream.generate(() -> block(random.nextInt(nodes.size()), random.nextInt(3) - 1))
              .limit(random.nextInt(4))
              .distinct()
              .toArray(Missing[]::new);
      ExtentDocument extent = Extents.of(round, 0, nodes, missing);
      assertThat(mayFail(extent)).as("round %d: %s", round, extent).isEqualTo(tried(extent));
    }
  }

  /** The most nodes of which every set may fail. */
  private static int tried(ExtentDocument extent) {
    List<String> nodes =
        extent.shards().stream().map(ExtentDocument.Shard::node).distinct().toList();
    int most = nodes.size();
    for (int set = 0; set < 1 << nodes.size(); set++) {
      Set<String> failed = new HashSet<>();
      for (int i = 0; i < nodes.size(); i++) {
        if ((set >> i & 1) == 1) {
          failed.add(nodes.get(i));
        }
      }
      if (!readable(extent, failed)) {
        most = Math.min(most, failed.size() - 1);
      }
    }
    return most;
  }

  private static boolean readable(ExtentDocument extent, Set<String> failed) {
    return IntStream.range(0, 2)
        .allMatch(
            block ->
                IntStream.range(0, extent.shards().size())
                        .filter(shard -> !failed.contains(extent.shards().get(shard).node()))
                        .filter(shard -> !extent.missing().contains(column(shard)))
                        .filter(shard -> !extent.missing().contains(block(shard, block)))
                        .count()
                    >= extent.layout().k());
  }
}

package io.mas.api.nodes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.mas.common.cluster.NodeIdentity;
import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import io.mas.common.object.Layout;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlacementTest {
  private static final Layout FOUR_TWO = Layout.of(4, 2, 1 << 20);

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void whateverTheClusterTheFailuresAskedForAreSurvived(int failures) {
    long seed = System.nanoTime();
    System.out.println("PlacementTest seed " + seed);
    Random random = new Random(seed);
    for (int round = 0; round < 1500; round++) {
      List<Member> cluster = cluster(random, 1 + random.nextInt(14));
      Layout layout = Layout.of(1 + random.nextInt(8), random.nextInt(5), 1 << 20);
      Set<String> avoid = some(random, cluster);
      List<Member> left = cluster.stream().filter(node -> !avoid.contains(node.id())).toList();
      try {
        Placement.Choice choice = choose(failures, layout, avoid, cluster);
        check(choice, layout, left, failures);
      } catch (MasException e) {
        assertThat(e.code()).isEqualTo(ErrorCode.PLACEMENT_IMPOSSIBLE);
        assertThat(tooFew(left.size(), layout, failures)).as("%s on %s", layout, left).isTrue();
      }
    }
  }

  private static void check(
      Placement.Choice choice, Layout layout, List<Member> left, int failures) {
    assertThat(choice.nodes()).hasSize(layout.width()).allMatch(left::contains);
    List<Long> perNode =
        count(choice, Member::id).stream().sorted(Comparator.reverseOrder()).toList();
    long lost = perNode.stream().limit(failures).mapToLong(n -> n).sum();
    assertThat(lost).as("shards lost with %d nodes", failures).isLessThanOrEqualTo(layout.m());
    assertThat(choice.belowIdeal()).isEqualTo(perNode.getFirst() > 1);
    if (left.size() >= layout.width()) {
      assertThat(perNode).as("enough nodes").hasSize(layout.width());
    }
  }

  /** For one failure exactly what the design says; for more the plain bound. */
  private static boolean tooFew(int nodes, Layout layout, int failures) {
    return nodes == 0 || Math.ceilDiv(layout.width(), nodes) * failures > layout.m();
  }

  @Test
  void zonesComeBeforeHostsAndHostsBeforeNodes() {
    List<Member> cluster = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      cluster.add(member("node-" + i, "host-" + i / 2, "zone-" + i / 4, 1));
    }
    Placement.Choice choice = choose(1, FOUR_TWO, Set.of(), cluster);
    assertThat(count(choice, Member::zone)).containsExactlyInAnyOrder(2L, 2L, 2L);
    assertThat(count(choice, Member::host)).containsOnly(1L).hasSize(6);
  }

  @Test
  void aSmallZoneGetsNoMoreThanItsNodesMayHave() {
    List<Member> cluster = new ArrayList<>();
    cluster.add(member("alone", "host", "small", 1));
    for (int i = 0; i < 8; i++) {
      cluster.add(member("node-" + i, "host-" + i, "large", 1));
    }
    assertThat(count(choose(1, FOUR_TWO, Set.of(), cluster), Member::id)).containsOnly(1L);
  }

  @Test
  void whoHasMoreRoomIsChosenMoreOften() {
    List<Member> cluster = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      cluster.add(member("node-" + i, "host-" + i, "zone", i < 6 ? 1000 : 10));
    }
    Placement placement = placement(1, new Random(7));
    long roomy = 0;
    for (int i = 0; i < 200; i++) {
      roomy +=
          placement.choose(FOUR_TWO, Set.of(), cluster).nodes().stream()
              .filter(node -> node.freeBytes() == 1000)
              .count();
    }
    assertThat(roomy).isBetween(1000L, 1200L);
  }

  @Test
  void oneNodeIsEnoughOnlyWhereNoFailureNeedBeSurvived() {
    List<Member> one = List.of(member("node-1", "host", "zone", 1));
    assertThat(choose(0, FOUR_TWO, Set.of(), one).belowIdeal()).isTrue();
    assertThatExceptionOfType(MasException.class)
        .isThrownBy(() -> choose(1, FOUR_TWO, Set.of(), one))
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.PLACEMENT_IMPOSSIBLE));
  }

  @Test
  void threeNodesCarryFourPlusTwo() {
    List<Member> three =
        IntStream.range(0, 3).mapToObj(i -> member("node-" + i, "host-" + i, "zone", 1)).toList();
    Placement.Choice choice = choose(1, FOUR_TWO, Set.of(), three);
    assertThat(count(choice, Member::id)).containsExactly(2L, 2L, 2L);
    assertThatExceptionOfType(MasException.class)
        .isThrownBy(() -> choose(1, FOUR_TWO, Set.of("node-0"), three));
  }

  private static Collection<Long> count(Placement.Choice choice, Function<Member, String> by) {
    Map<String, Long> counts =
        choice.nodes().stream().collect(Collectors.groupingBy(by, Collectors.counting()));
    return counts.values();
  }

  private static Placement.Choice choose(
      int failures, Layout layout, Set<String> avoid, List<Member> cluster) {
    return placement(failures, new Random(1)).choose(layout, avoid, cluster);
  }

  private static Placement placement(int failures, Random random) {
    return new Placement(NodeViewTest.empty(), new PlacementProperties(failures), random);
  }

  private static List<Member> cluster(Random random, int nodes) {
    int hosts = 1 + random.nextInt(nodes);
    int zones = 1 + random.nextInt(hosts);
    List<Member> all = new ArrayList<>();
    for (int i = 0; i < nodes; i++) {
      int host = random.nextInt(hosts);
      all.add(member("node-" + i, "host-" + host, "zone-" + host % zones, random.nextInt(1000)));
    }
    return all;
  }

  private static Set<String> some(Random random, List<Member> cluster) {
    Set<String> some = new HashSet<>();
    cluster.stream().filter(node -> random.nextInt(5) == 0).forEach(node -> some.add(node.id()));
    return some;
  }

  private static Member member(String id, String host, String zone, long free) {
    NodeIdentity identity = new NodeIdentity("cluster", id, 1, "boot");
    return new Member(identity, URI.create("http://127.0.0.1:1"), host, zone, free);
  }

  /** Of a geometry that bears less than the present one is to. */
  @Test
  void anExtentThatBearsFewerFailuresIsRebuiltAllTheSame() {
    assertThat(placement(2, new Random(1)).mostPerNode(Layout.of(4, 1, 1 << 20))).isEqualTo(1);
    assertThat(placement(2, new Random(1)).mostPerNode(Layout.of(4, 5, 1 << 20))).isEqualTo(2);
  }
}

package io.mas.helm;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Geometry: what placement could not place is refused, and what is planned to be away is borne. */
class GeometryTest {
  private static final int TRIES = 150;

  @TempDir static Path directory;
  private static Chart chart;

  @BeforeAll
  static void copy() {
    chart = Chart.in(directory);
  }

  /**
   * Data and parity shards, nodes, nodes that must be able to fail, nodes that may be away.
   *
   * <p>What it says of itself repeats io.mas.api.nodes.Placement.
   */
  private record Geometry(int k, int m, int nodes, int failures, int away) {
    private int shardsPerNode(int of) {
      return (k + m + of - 1) / of;
    }

    private boolean placeable(int on) {
      return on > 0 && (long) shardsPerNode(on) * failures <= m;
    }

    boolean good() {
      return k + m <= 32 && placeable(nodes) && placeable(nodes - away);
    }

    int survivable() {
      return m / shardsPerNode(nodes);
    }

    Values values() {
      return Values.none()
          .with("geometry.data", k)
          .with("geometry.parity", m)
          .with("geometry.nodeFailures", failures)
          .with("geometry.nodesAway", away)
          .with("storage.replicas", nodes);
    }
  }

  @Test
  void whatPlacementCanPlaceIsTakenAndNothingElse() {
    long seed = Long.getLong("mas.seed", System.nanoTime());
    System.out.println("mas.seed=" + seed);
    Random random = new Random(seed);
    int good = 0;
    for (int i = 0; i < TRIES; i++) {
      Geometry one =
          new Geometry(
              1 + random.nextInt(20),
              1 + random.nextInt(16),
              1 + random.nextInt(24),
              random.nextInt(4),
              random.nextInt(3));
      if (one.good()) {
        good++;
        assertBudget(one, chart.render(one.values()));
      } else {
        assertThat(chart.refusal(one.values()))
            .as("%s", one)
            .contains("expected")
            .containsAnyOf("Raise storage.replicas", "lower one of them", "lower nodeFailures");
      }
    }
    assertThat(good).as("some of each").isBetween(10, TRIES - 10);
  }

  /** One at a time, and only where one may be away. */
  private static void assertBudget(Geometry one, Rendered rendered) {
    assertThat(rendered.has("PodDisruptionBudget", "-node"))
        .as("%s", one)
        .isEqualTo(one.survivable() > 0);
    if (one.survivable() > 0) {
      JsonNode budget = rendered.one("PodDisruptionBudget", "-node");
      assertThat(budget.at("/spec/maxUnavailable").asInt()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "4+2, 6, 1, 1, 2",
    "2+2, 3, 1, 1, 1",
    "1+1, 1, 0, 0, 0",
    "4+2, 3, 1, 0, 1",
    "8+4, 12, 2, 2, 4",
  })
  void noMoreMayBeTakenAwayThanTheParityBears(
      String erasure, int nodes, int failures, int away, int most) {
    int plus = erasure.indexOf('+');
    int k = Integer.parseInt(erasure.substring(0, plus));
    int m = Integer.parseInt(erasure.substring(plus + 1));
    Values values = new Geometry(k, m, nodes, failures, away).values();
    if (most > 0) {
      JsonNode budget =
          chart
              .render(values.with("storage.maxUnavailable", most))
              .one("PodDisruptionBudget", "-node");
      assertThat(budget.at("/spec/maxUnavailable").asInt()).isEqualTo(most);
    }
    assertThat(chart.refusal(values.with("storage.maxUnavailable", most + 1)))
        .contains("storage.maxUnavailable is %d, expected %d or less".formatted(most + 1, most));
  }

  @Test
  void servicesAreToldTheGeometry() {
    Rendered rendered = chart.render(new Geometry(8, 3, 11, 2, 0).values());
    for (String process : new String[] {"-gateway", "-repair"}) {
      String env =
          rendered.one("Deployment", process).at("/spec/template/spec/containers/0/env").toString();
      assertThat(env)
          .contains("{\"name\":\"MAS_OBJECT_ERASURE\",\"value\":\"8+3\"}")
          .contains("{\"name\":\"MAS_PLACEMENT_MIN_NODE_FAILURES\",\"value\":\"2\"}");
    }
  }
}

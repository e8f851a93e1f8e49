package io.mas.helm;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * Whatever values the schema allows: the chart renders what Kubernetes takes and what the policies
 * allow, or says what to change. Walks at random over the keys from one of the ready sets.
 */
class RandomValuesTest {
  private static final int TRIES = Integer.getInteger("mas.tries", 25);
  private static final int MOST_CHANGES = 25;

  @TempDir static Path directory;
  private static Chart chart;

  private final StrictSchema strict = new StrictSchema();

  @BeforeAll
  static void copy() {
    chart = Chart.in(directory);
  }

  @Test
  void everyRenderingIsSound() {
    long seed = Long.getLong("mas.seed", System.nanoTime());
    System.out.println("mas.seed=" + seed);
    Random random = new Random(seed);
    ValuesSchema schema = ValuesSchema.read();
    int rendered = 0;
    for (int i = 0; i < TRIES; i++) {
      Values values = walk(schema, random);
      String text = rendered(values);
      if (!text.isEmpty()) {
        rendered++;
        assertSound(values, text);
      }
    }
    assertThat(rendered).as("most are taken").isGreaterThan(TRIES / 2);
  }

  private static Values walk(ValuesSchema schema, Random random) {
    List<String> ready = Chart.ready().toList();
    Values values = Values.ready(ready.get(random.nextInt(ready.size())));
    List<String> leaves = new ArrayList<>(schema.leaves().keySet());
    for (int i = random.nextInt(MOST_CHANGES); i >= 0; i--) {
      String leaf = leaves.get(random.nextInt(leaves.size()));
      // Geometry has a test of its own; most of it would be refused here.
      if (!leaf.startsWith("geometry.") && !leaf.equals("storage.replicas")) {
        values = values.with(leaf, schema.any(leaf, random));
      }
    }
    return sensible(values);
  }

  /** What keys have to say together. */
  private static Values sensible(Values given) {
    Values values = given;
    for (String server : List.of("mongodb", "redis", "rabbitmq")) {
      String external = server + ".external.";
      if (values.get(external + "existingSecret").asString().isEmpty()) {
        values = values.with(external + "uri", Chart.uri(server, ""));
      } else {
        values = values.with(external + "uri", "");
      }
    }
    if (values.get("gateway.ingress.hosts").isEmpty()) {
      values = values.with("gateway.ingress.enabled", false);
    }
    if (values.get("gateway.httpRoute.parentRefs").isEmpty()) {
      values = values.with("gateway.httpRoute.enabled", false);
    }
    return values;
  }

  /** Empty if it is refused, which must be for a reason that the schema cannot know. */
  private static String rendered(Values values) {
    try {
      return chart.text(values);
    } catch (IllegalStateException e) {
      assertThat(e)
          .as("%s", values)
          .hasMessageContaining("execution error at (mas/templates/refusals");
      return "";
    }
  }

  private void assertSound(Values values, String text) {
    assertThat(chart.text(values)).as("twice the same, of %s", values).isEqualTo(text);
    Rendered rendered = new Rendered(Chart.parse(text).stream().map(Manifest::new).toList());
    for (Manifest manifest : rendered.manifests()) {
      assertThat(strict.problems(manifest)).as("%s", values).isEmpty();
    }
    boolean denied = values.get("networkPolicy.enabled").asBoolean();
    assertThat(Policies.problems(rendered, denied)).as("%s", values).isEmpty();
  }

  @Test
  void theWalkReachesEveryKey() {
    ValuesSchema schema = ValuesSchema.read();
    JsonNode defaults = Chart.parse(Chart.read("values.yaml")).getFirst();
    List<String> keys = ValuesSchema.leavesOf(defaults, schema);
    assertThat(schema.leaves().keySet()).containsExactlyInAnyOrderElementsOf(keys);
  }
}

package io.mas.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.mas.dev.options.ClusterOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code ./mas status} and {@code ./mas file} as an operator calls them, against a store that is
 * well and one that is not. The executable jar must have been built, which {@code ./mas test} and
 * {@code mvnw verify} do before they come to this module.
 */
class StatusScriptTest {
  private static final Path SCRIPT = Path.of("../mas").toAbsolutePath().normalize();
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Nobody repairs or collects, so that what is broken stays so. */
  private static final Map<String, String> NO_REPAIR = Map.of("mas.roles", "gateway");

  @TempDir Path directory;

  /** What a call of the script left. */
  private record Call(int code, String out, String err) {
    JsonNode json() {
      return JsonMapper.builder().build().readTree(out);
    }
  }

  private Cluster start() {
    return Cluster.start(ClusterOptions.in(directory.resolve("data")).withSettings(NO_REPAIR));
  }

  /** As from the folder of {@code ./mas up}: the systemToken is in {@code data}. */
  private Call mas(Cluster cluster, String... arguments) {
    return mas(Map.of("MAS_URL", cluster.api().toString()), arguments);
  }

  private Call mas(Map<String, String> environment, String... arguments) {
    List<String> command = new ArrayList<>(List.of("bash", SCRIPT.toString()));
    command.addAll(List.of(arguments));
    Path err = directory.resolve("err.txt");
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(directory.toFile()).redirectError(err.toFile());
    builder.environment().keySet().removeIf(variable -> variable.startsWith("MAS_"));
    builder.environment().put("MAS_BUILD", "no");
    builder.environment().put("MAS_JAVA_HOME", System.getProperty("java.home"));
    builder.environment().putAll(environment);
    try {
      Process process = builder.start();
      String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return new Call(process.waitFor(), out, Files.readString(err));
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private void awaitHealthy(Cluster cluster) {
    Awaitility.await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(mas(cluster, "status")).matches(call -> call.code() == 0));
  }

  @Test
  void aStoreIsWellUntilANodeStopsAndAgainWhenItReturns() {
    Content file = Content.random("kept", 3 << 20, 91);
    try (Cluster cluster = start();
        MasClient client = new MasClient(cluster.api(), cluster.systemToken())) {
      assertThat(client.single(file).ok()).isTrue();
      awaitHealthy(cluster);
      assertThat(mas(cluster, "status").out())
          .startsWith(
              "All is well: all 6 nodes are up; no file is known to lack a shard; 2 more nodes may fail.");
      JsonNode well = mas(cluster, "status", "-o", "json").json();
      assertThat(well.path("healthy").asBoolean()).isTrue();
      assertThat(well.path("may_fail").asInt()).isEqualTo(2);
      assertThat(well.path("unknown")).isEmpty();
      Call whole = mas(cluster, "file", file.hash());
      assertThat(whole.out()).startsWith("Whole: ").contains("shard 5  node-");
      assertThat(whole.code()).isZero();

      cluster.node(3).stop();
      Call down =
          Awaitility.await()
              .atMost(PATIENCE)
              .until(() -> mas(cluster, "status"), call -> call.out().contains("SUSPECT"));
      assertThat(down.code()).isEqualTo(1);
      assertThat(down.out())
          .startsWith("NOT WELL: 1 of 6 nodes not up (node-3 is SUSPECT)")
          .contains("; 1 more node may fail.\n", "node-3  SUSPECT (said LEAVING)");
      JsonNode told = mas(cluster, "status", "-o", "json").json();
      assertThat(told.path("healthy").asBoolean()).isFalse();
      assertThat(told.path("repair").path("files").path("number").asInt())
          .as("that a node is away is no evidence that a shard is lost")
          .isZero();
      Call reached = mas(cluster, "file", file.hash());
      assertThat(reached.code()).isEqualTo(1);
      assertThat(reached.out()).contains("node-3  SUSPECT ", "NOT REACHED");

      cluster.node(3).start();
      awaitHealthy(cluster);
    }
  }

  private Call awaitCode(Cluster cluster, int code, String... arguments) {
    return Awaitility.await()
        .atMost(PATIENCE)
        .until(() -> mas(cluster, arguments), call -> call.code() == code);
  }

  @Test
  void aLostShardIsToldOnceItWasMissed() throws Exception {
    Content file = Content.random("lacking", (3 << 20) + 7, 92);
    try (Cluster cluster = start();
        MasClient client = new MasClient(cluster.api(), cluster.systemToken())) {
      assertThat(client.single(file).ok()).isTrue();
      JsonNode extent =
          mas(cluster, "file", file.hash(), "-o", "json").json().at("/parts/0/extents/0");
      assertThat(extent.path("shards")).hasSize(6);
      String node = extent.at("/shards/0/process").asString();
      for (Path shard : Shards.of(directory.resolve("data").resolve(node))) {
        Files.delete(shard);
      }
      awaitHealthy(cluster); // nobody has missed it

      assertThat(client.download(file.hash()).is(file)).isTrue();
      Call status = awaitCode(cluster, 1, "status");
      assertThat(status.out())
          .startsWith("NOT WELL: all 6 nodes are up; 1 file below full redundancy; 1 more node")
          .contains("repair   1 extent, ", file.hash() + " may lose 1 more shard");
      JsonNode repair = mas(cluster, "status", "-o", "json").json().path("repair");
      assertThat(repair.at("/files/number").asInt()).isEqualTo(1);
      assertThat(repair.at("/bytes/number").asLong()).isGreaterThan(3L << 18);
      assertThat(repair.at("/worst/0/hash").asString()).isEqualTo(file.hash());

      Call lacking = mas(cluster, "file", file.hash());
      assertThat(lacking.code()).isEqualTo(1);
      assertThat(lacking.out())
          .startsWith("DEGRADED: ")
          .containsPattern("shard 0 +%s +UP +127\\.0\\.0\\.1:\\d+ +MISSING\n".formatted(node))
          .containsOnlyOnce("MISSING");
    }
  }

  @Test
  void aStoreThatCannotBeAskedIsTwo() {
    Call nobody = mas(Map.of("MAS_URL", "http://127.0.0.1:1", "MAS_SYSTEM_TOKEN", "any"), "status");
    assertThat(nobody.code()).isEqualTo(2);
    assertThat(nobody.err()).startsWith("mas: No gateway answers at http://127.0.0.1:1");
    assertThat(nobody.out()).isEmpty();
    assertThat(mas(Map.of(), "status").err()).startsWith("mas: There is no systemToken");
    try (Cluster cluster = start()) {
      Call refused =
          mas(
              Map.of("MAS_URL", cluster.api().toString(), "MAS_SYSTEM_TOKEN", "wrong"),
              "status",
              "-o",
              "json");
      assertThat(refused.code()).isEqualTo(2);
      assertThat(refused.err()).contains("HTTP 401, code 5303").contains("scope 'admin'");
      assertThat(refused.out()).isEmpty();
      assertThat(mas(cluster, "file", "0".repeat(64)).code()).isEqualTo(1);
    }
  }
}

package io.mas.helm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Alerts and dashboard: of metrics that there are, each alert with an entry of the runbook. */
class AlertTest {
  private static final Path RUNBOOK = Chart.REPOSITORY.resolve("docs/operations/runbook.md");
  private static final Path CHINESE = Chart.REPOSITORY.resolve("docs/operations/runbook.zh-CN.md");
  private static final Pattern METRIC = Pattern.compile("\\b(?:mas_[a-z_]+|up)(?=\\{)");
  private static final Pattern CODES = Pattern.compile("code=~?\"([0-9|]+)\"");

  @TempDir static Path directory;
  private static Chart chart;

  @BeforeAll
  static void copy() {
    chart = Chart.in(directory);
  }

  private static List<JsonNode> alerts(Values values) {
    return chart.render(values).one("PrometheusRule", "-mas").findValues("rules").stream()
        .flatMap(JsonNode::valueStream)
        .toList();
  }

  private static List<JsonNode> alerts() {
    return alerts(watched());
  }

  private static Values watched() {
    return Values.ready("values-ha-6")
        .with("monitoring.prometheusRule.enabled", true)
        .with("monitoring.dashboard.enabled", true);
  }

  private static Set<String> names(List<JsonNode> alerts) {
    return alerts.stream()
        .map(alert -> alert.path("alert").asString())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Set<String> found(Pattern pattern, String text) {
    return pattern
        .matcher(text)
        .results()
        .map(one -> one.group())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void everyAlertIsOfMetricsThatThereAre() {
    Set<String> known = MetricsOfCode.names();
    known.add("up"); // Prometheus' own
    for (JsonNode alert : alerts()) {
      assertThat(found(METRIC, alert.path("expr").asString())).as("%s", alert).isNotEmpty();
      assertThat(known).containsAll(found(METRIC, alert.path("expr").asString()));
    }
  }

  @Test
  void theDashboardIsOfMetricsThatThereAre() throws IOException {
    JsonNode config = chart.render(watched()).one("ConfigMap", "-dashboard");
    String text = config.path("data").properties().iterator().next().getValue().asString();
    JsonNode dashboard = Chart.json(text);
    Set<String> used = new TreeSet<>();
    for (JsonNode panel : dashboard.path("panels")) {
      for (JsonNode target : panel.path("targets")) {
        Set<String> metrics = found(METRIC, target.path("expr").asString());
        assertThat(metrics).as("%s", panel.path("title")).isNotEmpty();
        used.addAll(metrics);
      }
    }
    assertThat(used).hasSizeGreaterThan(15);
    assertThat(MetricsOfCode.names()).containsAll(used);
  }

  @Test
  void theNamesAreThoseThatPrometheusGives() {
    assertThat(MetricsOfCode.names())
        .contains(
            "mas_nodes_may_fail",
            "mas_node_free_bytes",
            "mas_node_damaged_blocks_total",
            "mas_http_requests_seconds_count",
            "mas_shards_bytes_total",
            "mas_system_tokens_last_used_seconds",
            "mas_garbage_found_total")
        .doesNotContain("mas_node_free", "mas_repair_backlog_total", "mas_nodes_gone");
  }

  @Test
  void everyCodeIsOneOfTheCatalogue() throws IOException {
    Path catalogue =
        Chart.REPOSITORY.resolve("mas-common/src/main/java/io/mas/common/error/ErrorCode.java");
    String source = Files.readString(catalogue);
    Set<String> codes = new TreeSet<>();
    for (JsonNode alert : alerts()) {
      CODES
          .matcher(alert.path("expr").asString())
          .results()
          .flatMap(one -> List.of(one.group(1).split("\\|")).stream())
          .forEach(codes::add);
    }
    assertThat(codes).hasSizeGreaterThan(10).allMatch(code -> source.contains("(" + code + ","));
  }

  @ParameterizedTest
  @CsvSource({
    "runbook.md, Symptom, Check, Action",
    "runbook.zh-CN.md, 现象, 检查, 处理",
  })
  void everyAlertHasAnEntryInTheRunbookAndEveryEntryAnAlert(
      String file, String symptom, String check, String action) throws IOException {
    Path runbook = "runbook.md".equals(file) ? RUNBOOK : CHINESE;
    Map<String, String> entries =
        List.of(Files.readString(runbook).split("\n## ")).stream()
            .skip(1)
            .collect(Collectors.toMap(one -> one.lines().findFirst().orElse(""), one -> one));
    assertThat(entries.keySet()).containsExactlyInAnyOrderElementsOf(names(alerts()));
    assertThat(entries.values())
        .allSatisfy(
            entry ->
                assertThat(entry)
                    .containsSubsequence(
                        "**" + symptom + "**", "**" + check + "**", "**" + action + "**"));
  }

  @Test
  void everyAlertLinksToItsEntry() {
    String url = Values.none().get("monitoring.runbookUrl").asString();
    assertThat(url).isEqualTo("docs/operations/runbook.md");
    for (JsonNode alert : alerts()) {
      String anchor = alert.path("alert").asString().toLowerCase(Locale.ROOT);
      assertThat(alert.at("/annotations/runbook_url").asString()).isEqualTo(url + "#" + anchor);
      assertThat(alert.at("/annotations/summary").asString()).isNotEmpty();
      assertThat(alert.at("/labels/severity").asString()).isIn("critical", "warning");
    }
  }

  @Test
  void whatAGeometryCannotBearRaisesNoAlertForEver() {
    Values one = Values.ready("values-minikube").with("monitoring.prometheusRule.enabled", true);
    assertThat(names(alerts(one))).doesNotContain("MasNoNodeMayFail", "MasRedundancyReduced");
    Values three = Values.ready("values-small-3").with("monitoring.prometheusRule.enabled", true);
    assertThat(names(alerts(three)))
        .contains("MasNoNodeMayFail")
        .doesNotContain("MasRedundancyReduced");
  }
}

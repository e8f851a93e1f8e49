package io.mas.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.mas.standalone.SharedStore.Store;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the operator's tools read from the management port. */
@ExtendWith(SharedStore.class)
class ManagementTest {

  @ParameterizedTest
  @ValueSource(strings = {"/livez", "/readyz"})
  void probesAreUp(String probe, Store store) throws Exception {
    assertThat(get(store, probe)).contains("\"status\":\"UP\"");
  }

  @Test
  void healthSaysHowManyMoreNodesMayFail(Store store) throws Exception {
    assertThat(get(store, "/health")).contains("\"mayFail\":2");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mas_http_requests_seconds_count",
        "mas_buffers_held_bytes",
        "mas_shards_requests_seconds_count{operation=\"put\",result=\"ok\"}",
        "mas_shards_bytes_total{direction=\"out\"}",
        "mas_blocks_degraded_total",
        "mas_blocks_hedged_total",
        "mas_extents_replaced_total",
        "mas_parts_collected_total",
        "mas_shards_missing_total",
        "mas_repair_time_seconds_count",
        "mas_repair_extents_total",
        "mas_repair_written_bytes_total",
        "mas_repair_failures_total",
        "mas_repair_backlog",
        "mas_repair_stuck",
        "mas_verdicts_held",
        "mas_cluster_known",
        "mas_cluster_may_fail",
        "mas_cluster_unreadable",
        "mas_nodes_may_fail",
        "mas_health_up{component=\"nodes\"",
        "mas_node_capacity_bytes",
        "mas_node_"
      })
  void metricsAreThere(String metric, Store store) throws Exception {
    assertThat(store.client().single(Content.random("metered", 1 << 20, 4711)).ok()).isTrue();
    assertThat(get(store, "/metrics")).contains(metric);
  }

  private static String get(Store store, String path) throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpRequest request =
          HttpRequest.newBuilder(store.cluster().management().resolve(path)).build();
      HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).isEqualTo(200);
      return answer.body();
    }
  }
}

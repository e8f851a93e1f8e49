package io.mas.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.mas.standalone.SharedStore.Store;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is not on a gateway's ports. */
@ExtendWith(SharedStore.class)
class PortsTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/internal/v1/identity",
        "/internal/v1/inventory",
        "/internal/v1/commits",
        "/%69nternal/v1/identity",
        "/api/../internal/v1/identity",
        "/livez",
        "/readyz",
        "/health",
        "/metrics",
        "/actuator",
        "/actuator/env",
        "/error"
      })
  void thePublicPortHasTheContractAlone(String path, Store store) throws Exception {
    HttpResponse<String> answer = get(store.cluster().api(), path);
    assertThat(answer.statusCode()).isIn(400, 404);
    assertThat(answer.body()).startsWith("{\"status\":false,\"code\":5");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/internal/v1/identity",
        "/api/server/signal",
        "/actuator",
        "/env",
        "/configprops",
        "/heapdump",
        "/loggers"
      })
  void theManagementPortHasProbesAndMetricsAlone(String path, Store store) throws Exception {
    assertThat(get(store.cluster().management(), path).statusCode()).isEqualTo(404);
  }

  private static HttpResponse<String> get(URI server, String path) throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpRequest request = HttpRequest.newBuilder(URI.create(server + path)).build();
      return http.send(request, HttpResponse.BodyHandlers.ofString());
    }
  }
}

package io.mas.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mas.common.cluster.NodeIdentity;
import io.mas.common.protocol.InternalApi;
import io.mas.node.membership.NodeStartException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.ConfigurableApplicationContext;

/** What a node that is a process of its own shows on each of its two ports, and to whom. */
final class NodePortsTest {
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private static ConfigurableApplicationContext node;
  private static NodeClient gateway;

  /** Its key is in a file, as a mounted secret is. */
  @BeforeAll
  static void start(@TempDir Path directory) throws IOException {
    Path secrets = Files.createDirectory(directory.resolve("secrets"));
    Files.writeString(secrets.resolve("mas.internal.keys"), NodeClient.KEY + "\n");
    node =
        StorageNodeApplication.application()
            .run(
                "--MAS_SECRETS=" + secrets,
                "--mas.node.data=" + directory.resolve("data"),
                "--mas.node.port=0",
                "--management.server.port=0",
                "--mas.rabbitmq.uri=amqp://127.0.0.1:1"); // a node needs no broker to start
    gateway = new NodeClient(address("local.server.port"), node.getBean(NodeIdentity.class));
  }

  @AfterAll
  static void stop() {
    gateway.close();
    node.close();
    HTTP.close();
  }

  private static URI address(String port) {
    return URI.create("http://127.0.0.1:" + node.getEnvironment().getRequiredProperty(port));
  }

  private static HttpResponse<String> management(String path) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(address("local.management.port") + path)).build();
    return HTTP.send(request, BodyHandlers.ofString());
  }

  @ParameterizedTest
  @CsvSource({"/livez,UP", "/readyz,UP", "/metrics,mas_node_free_bytes"})
  void probesAndMetricsAreOnTheManagementPort(String path, String content) throws Exception {
    HttpResponse<String> answer = management(path);
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).contains(content).doesNotContain(NodeClient.KEY);
  }

  /** The broker is away, which is a matter for the operator and none for the probes. */
  @Test
  void healthSaysWhatTheProbesDoNot() throws Exception {
    assertThat(management("/health").statusCode()).isEqualTo(503);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        InternalApi.IDENTITY_PATH,
        InternalApi.INVENTORY_PATH,
        "/actuator",
        "/env",
        "/configprops",
        "/heapdump",
        "/loggers",
        "/shutdown",
        "/"
      })
  void nothingElseIsThere(String path) throws Exception {
    assertThat(management(path).statusCode()).isIn(400, 404);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/livez", "/readyz", "/health", "/metrics", "/prometheus", "/actuator", "/error"})
  void noneOfThatIsOnTheInternalPort(String path) {
    HttpResponse<byte[]> trusted = gateway.get(path);
    assertThat(trusted.statusCode()).isEqualTo(400);
    assertThat(NodeClient.error(trusted)).isEqualTo("BAD_REQUEST");
    HttpResponse<byte[]> stranger = gateway.send("GET", path, new byte[0], Map.of());
    assertThat(stranger.statusCode()).isEqualTo(401);
  }

  @Test
  void theInternalPortServesWhoHasTheKey() {
    assertThat(gateway.get(InternalApi.IDENTITY_PATH).statusCode()).isEqualTo(200);
    assertThat(gateway.get(InternalApi.INVENTORY_PATH).statusCode()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource({"'',has no key", "change-me,Key 1 of mas.internal.keys"})
  void aNodeWithoutAKeyDoesNotStart(String keys, String problem, @TempDir Path data)
      throws Exception {
    Process refused = StorageNodeProcess.start(data.resolve("volume"), "cluster-a", keys);
    String output = new String(refused.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(refused.waitFor()).isNotZero();
    assertThat(output).contains(problem, "Action:", "openssl rand -hex 32");
    assertThat(output).doesNotContain("\tat ", "change-me");
    assertThat(data.resolve("volume")).doesNotExist();
  }

  @Test
  void anAddressThatTheNodeDoesNotSpeakIsRefused(@TempDir Path data) {
    assertThatThrownBy(
            () ->
                StorageNodeApplication.application()
                    .run(
                        "--mas.node.data=" + data,
                        "--mas.node.port=0",
                        "--mas.node.address=https://node-1:9101",
                        "--mas.internal.keys=" + NodeClient.KEY,
                        "--management.server.port=0",
                        "--mas.rabbitmq.uri=amqp://127.0.0.1:1"))
        .rootCause()
        .isInstanceOf(NodeStartException.class)
        .hasMessageContaining("'https://node-1:9101', but the node speaks http.");
  }
}

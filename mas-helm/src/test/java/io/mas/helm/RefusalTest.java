package io.mas.helm;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What cannot be is refused at the install, with a message that says where and what to change. */
class RefusalTest {
  @TempDir static Path directory;
  private static Chart chart;

  @BeforeAll
  static void copy() {
    chart = Chart.in(directory);
  }

  /** By the schema: the place, and what was expected. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          geometry.data               | 0          | at '/geometry/data': minimum: got 0, want 1
          geometry.data               | 32         | at '/geometry/data': maximum: got 32, want 31
          geometry.parity             | 0          | at '/geometry/parity': minimum: got 0, want 1
          geometry.parity             | "2"        | at '/geometry/parity': got string, want integer
          geometry.nodeFailures       | -1         | at '/geometry/nodeFailures': minimum: got -1, want 0
          storage.replicas            | 0          | at '/storage/replicas': minimum: got 0, want 1
          storage.replicas            | 1.5        | at '/storage/replicas': got number, want integer
          storage.size                | "100"      | at '/storage/size': '100' does not match pattern
          storage.maxUnavailable      | 0          | at '/storage/maxUnavailable': minimum: got 0, want 1
          storage.replica             | 6          | at '/storage': additional properties 'replica' not allowed
          nodes                       | 6          | additional properties 'nodes' not allowed
          mongodb.mode                | "none"     | at '/mongodb/mode': value must be one of 'bundled', 'external'
          mongodb.bundled.replicas    | 2          | at '/mongodb/bundled/replicas': value must be one of 1, 3, 5
          redis.external.uri          | "http://x" | at '/redis/external/uri': 'http://x' does not match pattern
          rabbitmq.external.ports     | [0]        | at '/rabbitmq/external/ports/0': minimum: got 0, want 1
          gateway.service.type        | "Public"   | at '/gateway/service/type': value must be one of
          gateway.ingress.enabled     | true       | at '/gateway/ingress/hosts': minItems: got 0, want 1
          gateway.httpRoute.enabled   | true       | at '/gateway/httpRoute/parentRefs': minItems: got 0, want 1
          gateway.settings            | {"a": 1}   | invalid propertyName 'a'
          images.node.digest          | "sha256:0" | at '/images/node/digest': 'sha256:0' does not match pattern
          clusterId                   | "My Store" | at '/clusterId': 'My Store' does not match pattern
          monitoring.runbookUrl       | "x"        | at '/monitoring/runbookUrl': 'x' does not match pattern
          networkPolicy.dns           | []         | at '/networkPolicy/dns': minItems: got 0, want 1
          networkPolicy.dns           | null       | at '/networkPolicy': missing property 'dns'
          networkPolicy.dnsPorts      | null       | at '/networkPolicy': missing property 'dnsPorts'
          mongodb.external.ports      | null       | at '/mongodb/external': missing property 'ports'
          gateway.settings            | null       | at '/gateway': missing property 'settings'
          gateway.ingress             | null       | at '/gateway': missing property 'ingress'
          images.node                 | null       | at '/images': missing property 'node'
          """)
  void bySchema(String path, String json, String expected) {
    assertThat(chart.refusal(Values.none().with(path, Chart.json(json)))).contains(expected);
  }

  /**
   * By arithmetic, and by what must not be together: the value, what was expected, what to change.
   */
  @Test
  void moreThan32Shards() {
    Values values =
        Values.none()
            .with("geometry.data", 30)
            .with("geometry.parity", 3)
            .with("storage.replicas", 40);
    assertThat(chart.refusal(values))
        .contains("geometry.data 30 + geometry.parity 3 = 33")
        .contains("expected 32 or fewer: lower one of them.");
  }

  @Test
  void moreFailuresThanParity() {
    assertThat(chart.refusal(Values.none().with("geometry.nodeFailures", 3)))
        .contains("geometry.nodeFailures is 3")
        .contains("lower nodeFailures to 2, or raise parity.");
  }

  @Test
  void tooFewNodes() {
    assertThat(chart.refusal(Values.none().with("storage.replicas", 2)))
        .contains("storage.replicas is 2, expected 3 or more: 4+2 so that 1 of the nodes may fail")
        .contains("Raise storage.replicas, raise geometry.parity, or lower geometry.nodeFailures");
  }

  @Test
  void tooFewNodesWhileOneIsAway() {
    assertThat(chart.refusal(Values.none().with("storage.replicas", 3)))
        .contains("storage.replicas is 3, expected 4 or more: with 1 of them away")
        .contains("lower geometry.nodesAway to 0");
    chart.render(Values.none().with("storage.replicas", 3).with("geometry.nodesAway", 0));
  }

  @Test
  void fewerGatewaysThanTheFewest() {
    Values values =
        Values.none()
            .with("gateway.autoscaling.minReplicas", 8)
            .with("gateway.autoscaling.enabled", true);
    assertThat(chart.refusal(values))
        .contains("gateway.autoscaling.minReplicas is 8, expected 6 or less")
        .contains("lower minReplicas, or raise maxReplicas.");
    chart.render(values.with("gateway.autoscaling.maxReplicas", 8));
  }

  /** Helm takes these names for releases, and Kubernetes would refuse the Services half-way. */
  @ParameterizedTest
  @CsvSource({"2024-store, 2024-store-mas", "files.v2, files.v2-mas", "mas.files, mas.files"})
  void aReleaseAfterWhichNoServiceCanBeCalled(String release, String service) {
    assertThat(chart.refusal(Values.none(), release))
        .contains("The release is called " + release, "a Service would be called " + service)
        .contains("choose another name for the release, or set fullnameOverride.");
    chart.render(Values.none().with("fullnameOverride", "files"), release);
  }

  @ParameterizedTest
  @CsvSource({"mongodb", "redis", "rabbitmq"})
  void anExternalServerThatIsNowhere(String server) {
    Values external = Values.none().with(server + ".mode", "external");
    assertThat(chart.refusal(external))
        .contains(server + ".mode is external, but nothing says where it is: set ")
        .contains("a Secret with the key mas.%s.uri".formatted(server));
    assertThat(
            chart.refusal(
                external
                    .with(server + ".external.uri", Chart.uri(server, ""))
                    .with(server + ".external.existingSecret", "x")))
        .contains("remove uri, or existingSecret");
  }

  @ParameterizedTest
  @CsvSource({"mongodb", "redis", "rabbitmq"})
  void aPasswordInAValue(String server) {
    assertThat(
            chart.refusal(
                Values.none()
                    .with(server + ".mode", "external")
                    .with(server + ".external.uri", Chart.uri(server, "user:geheim@"))))
        .contains(server + ".external.uri has a password, expected none")
        .contains(server + ".external.existingSecret")
        .doesNotContain("geheim");
  }

  @ParameterizedTest
  @CsvSource({
    "gateway, mas.object.erasure, geometry.data and geometry.parity",
    "gateway, mas.placement.min-node-failures, geometry.nodeFailures",
    "repair, mas.roles, 'gateway and repair'",
    "storage, mas.node.data, storage.size",
    "storage, mas.cluster-id, clusterId",
    "gateway, spring.lifecycle.timeout-per-shutdown-phase, gateway.drain.timeoutSeconds",
    "gateway, mas.redis.ssl-bundle, redis.external.caSecret",
    "gateway, server.port, gateway.service.port",
  })
  void aSettingThatTheChartMakes(String component, String setting, String instead) {
    assertThat(chart.refusal(Values.none().with(component + ".settings:" + setting, "x")))
        .contains("%s.settings has %s, which the chart sets itself".formatted(component, setting))
        .contains("remove it, and use " + instead);
  }

  @ParameterizedTest
  @CsvSource({
    "mas.internal.keys",
    "mas.mongodb.uri",
    "mas.redis.uri",
    "spring.ssl.bundle.jks.a.keystore.password"
  })
  void aSecretAmongTheSettings(String setting) {
    assertThat(chart.refusal(Values.none().with("gateway.settings:" + setting, "geheim")))
        .contains("gateway.settings has " + setting)
        .contains("remove it, and use secrets.existing")
        .doesNotContain("geheim");
  }

  @Test
  void tokensOfSomebodyElseWithoutThatOfTheCheck() {
    Values values = Values.none().with("secrets.existingSystemTokens", "theirs");
    assertThat(chart.refusal(values))
        .contains("secrets.existingAdminToken is not")
        .contains("Set existingAdminToken", "storage.allowUnsafeScaleIn to true");
    chart.render(values.with("secrets.existingAdminToken", "admin"));
    chart.render(values.with("storage.allowUnsafeScaleIn", true));
  }
}

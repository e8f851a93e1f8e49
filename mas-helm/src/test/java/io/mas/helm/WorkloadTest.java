package io.mas.helm;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** What the processes are told, and how they start, stop and lie on machines. */
class WorkloadTest {
  @TempDir static Path directory;
  private static Chart chart;

  @BeforeAll
  static void copy() {
    chart = Chart.in(directory);
  }

  private static JsonNode nodes(Values values) {
    return chart.render(values).one("StatefulSet", "-node").path("spec");
  }

  private static JsonNode pod(Rendered rendered, String process) {
    return rendered.one("Deployment", process).at("/spec/template/spec");
  }

  private static JsonNode server(Rendered rendered, String name) {
    return rendered.one("StatefulSet", "-" + name).at("/spec/template/spec/containers/0");
  }

  /** The value of a variable, or where it comes from. */
  private static String variable(JsonNode pod, String name) {
    for (JsonNode one : pod.at("/containers/0/env")) {
      if (one.path("name").asString().equals(name)) {
        return one.path("value").asString(one.at("/valueFrom/fieldRef/fieldPath").asString(""));
      }
    }
    return "";
  }

  @Test
  void nodesKeepTheirVolumesAndStartTogether() {
    JsonNode spec = nodes(Values.none());
    assertThat(spec.path("podManagementPolicy").asString()).isEqualTo("Parallel");
    assertThat(spec.at("/persistentVolumeClaimRetentionPolicy/whenDeleted").asString())
        .isEqualTo("Retain");
    assertThat(spec.at("/persistentVolumeClaimRetentionPolicy/whenScaled").asString())
        .isEqualTo("Retain");
    assertThat(spec.at("/updateStrategy/type").asString()).isEqualTo("RollingUpdate");
    assertThat(
            chart
                .render(Values.none())
                .one("Service", "-node")
                .at("/spec/publishNotReadyAddresses")
                .asBoolean())
        .isTrue();
  }

  @Test
  void aNodeIsToldWhoAndWhereItIs() {
    JsonNode pod = nodes(Values.none()).at("/template/spec");
    assertThat(variable(pod, "MAS_NODE_PROCESS")).isEqualTo("metadata.name");
    assertThat(variable(pod, "MAS_NODE_HOST")).isEqualTo("spec.nodeName");
    assertThat(variable(pod, "MAS_NODE_ZONE"))
        .isEqualTo("metadata.labels['topology.kubernetes.io/zone']");
    assertThat(variable(pod, "MAS_NODE_ADDRESS"))
        .isEqualTo("http://$(MAS_NODE_PROCESS).files-mas-node.store.svc.cluster.local:9101");
    assertThat(variable(pod, "MAS_NODE_DATA"))
        .isEqualTo(pod.at("/containers/0/volumeMounts/0/mountPath").asString());
  }

  @Test
  void nodesAreApartFromEachOther() {
    for (boolean required : new boolean[] {true, false}) {
      JsonNode pod =
          nodes(Values.none().with("storage.oneNodePerMachine", required)).at("/template/spec");
      assertThat(pod.at("/topologySpreadConstraints/0/topologyKey").asString())
          .isEqualTo("topology.kubernetes.io/zone");
      assertThat(
              pod.at("/affinity/podAntiAffinity")
                  .has("requiredDuringSchedulingIgnoredDuringExecution"))
          .isEqualTo(required);
      assertThat(pod.at("/topologySpreadConstraints/1/whenUnsatisfiable").asString())
          .isEqualTo(required ? "DoNotSchedule" : "ScheduleAnyway");
    }
  }

  @Test
  void aGatewayHasTimeToDrain() {
    Values values =
        Values.none()
            .with("gateway.drain.delaySeconds", 20)
            .with("gateway.drain.timeoutSeconds", 300);
    JsonNode pod = pod(chart.render(values), "-gateway");
    assertThat(pod.at("/containers/0/lifecycle/preStop/sleep/seconds").asInt()).isEqualTo(20);
    assertThat(variable(pod, "SPRING_LIFECYCLE_TIMEOUT_PER_SHUTDOWN_PHASE")).isEqualTo("300s");
    assertThat(pod.path("terminationGracePeriodSeconds").asInt()).isGreaterThan(320);
  }

  @ParameterizedTest
  @CsvSource({"Deployment, -gateway", "Deployment, -repair", "StatefulSet, -node"})
  void everyProcessIsProbedOnItsManagementPort(String kind, String suffix) {
    JsonNode container =
        chart.render(Values.none()).one(kind, suffix).at("/spec/template/spec/containers/0");
    assertThat(container.at("/startupProbe/httpGet/path").asString()).isEqualTo("/livez");
    assertThat(container.at("/livenessProbe/httpGet/path").asString()).isEqualTo("/livez");
    assertThat(container.at("/readinessProbe/httpGet/path").asString()).isEqualTo("/readyz");
    assertThat(container.at("/readinessProbe/httpGet/port").asString()).isEqualTo("management");
    assertThat(container.at("/resources/limits").has("memory")).isTrue();
  }

  @Test
  void anAutoscalerSaysHowManyGatewaysThereAre() {
    Values values = Values.none().with("gateway.autoscaling.enabled", true);
    assertThat(chart.render(values).one("Deployment", "-gateway").path("spec").has("replicas"))
        .isFalse();
    assertThat(chart.render(values).has("HorizontalPodAutoscaler", "-gateway")).isTrue();
    assertThat(chart.render(Values.none()).has("HorizontalPodAutoscaler", "-gateway")).isFalse();
  }

  @Test
  void bundledServersAreNamedAndTheirPasswordsAreFiles() {
    JsonNode pod = pod(chart.render(Values.none()), "-gateway");
    assertThat(variable(pod, "MAS_MONGODB_URI"))
        .startsWith(
            "mongodb://mas:${bundled.mongodb.password}@files-mas-mongodb-0.files-mas-mongodb.store.svc")
        .endsWith(
            "files-mas-mongodb-2.files-mas-mongodb.store.svc.cluster.local:27017/mas?replicaSet=mas");
    assertThat(variable(pod, "MAS_REDIS_URI"))
        .startsWith("redis-sentinel://")
        .endsWith(":26379/0#mas");
    assertThat(variable(pod, "MAS_RABBITMQ_URI"))
        .isEqualTo(
            "amqp://mas:${bundled.rabbitmq.password}@files-mas-rabbitmq-client.store.svc.cluster.local:5672/%2f");
    assertThat(secretFiles(pod))
        .containsExactlyInAnyOrder(
            "mas.internal.keys",
            "bundled.mongodb.password",
            "bundled.redis.password",
            "bundled.rabbitmq.password");
  }

  private static Set<String> secretFiles(JsonNode pod) {
    Set<String> files = new TreeSet<>();
    for (JsonNode volume : pod.path("volumes")) {
      for (JsonNode source : volume.at("/projected/sources")) {
        source.at("/secret/items").forEach(item -> files.add(item.path("path").asString()));
      }
    }
    return files;
  }

  @Test
  void aSingleRedisHasNoSentinel() {
    Rendered one = chart.render(Values.ready("values-minikube"));
    assertThat(variable(pod(one, "-gateway"), "MAS_REDIS_URI"))
        .startsWith("redis://default:")
        .endsWith(":6379/0");
    assertThat(one.one("StatefulSet", "-redis").at("/spec/template/spec/containers").size())
        .isEqualTo(1);
  }

  @Test
  void externalServersAreInASecretOrAValue() {
    Rendered rendered =
        chart.render(
            Values.none()
                .with("mongodb.mode", "external")
                .with("mongodb.external.existingSecret", "my-mongodb")
                .with("redis.mode", "external")
                .with("redis.external.uri", "rediss-cluster://redis-0:6379,redis-1:6379")
                .with("redis.external.caSecret", "my-ca")
                .with("rabbitmq.mode", "external")
                .with("rabbitmq.external.uri", "amqp://rabbit:5672/%2f"));
    JsonNode pod = pod(rendered, "-gateway");
    assertThat(secretFiles(pod)).containsExactlyInAnyOrder("mas.internal.keys", "mas.mongodb.uri");
    assertThat(variable(pod, "MAS_MONGODB_URI")).isEmpty();
    assertThat(variable(pod, "MAS_REDIS_URI")).startsWith("rediss-cluster://");
    assertThat(variable(pod, "MAS_REDIS_SSL_BUNDLE")).isEqualTo("redis");
    assertThat(variable(pod, "SPRING_SSL_BUNDLE_PEM_REDIS_TRUSTSTORE_CERTIFICATE"))
        .isEqualTo("file:/run/secrets/mas-tls/redis/ca.crt");
    assertThat(pod.toString()).contains("\"secretName\":\"my-ca\"");
    assertThat(rendered.of("StatefulSet").map(Manifest::name)).containsExactly("files-mas-node");
    assertThat(rendered.one("Job", "-secrets").toString())
        .doesNotContain("mongodb", "redis", "rabbitmq");
  }

  @Test
  void withSecretsOfItsOwnNothingIsMade() {
    Values values =
        Values.none()
            .with("secrets.existingInternal", "mine")
            .with("secrets.existingSystemTokens", "mine-too")
            .with("secrets.existingAdminToken", "admin");
    for (String server : new String[] {"mongodb", "redis", "rabbitmq"}) {
      values =
          values
              .with(server + ".mode", "external")
              .with(server + ".external.existingSecret", server);
    }
    Rendered rendered = chart.render(values);
    assertThat(rendered.has("Job", "-secrets")).isFalse();
    assertThat(rendered.has("Role", "-secrets")).isFalse();
    assertThat(rendered.has("Pod", "-try")).as("nobody gave its token").isFalse();
    assertThat(rendered.one("Job", "-check-scale").toString()).contains("\"secretName\":\"admin\"");
    assertThat(pod(rendered, "-gateway").toString()).contains("\"secretName\":\"mine-too\"");
  }

  @Test
  void hooksRunInTheirTurn() {
    Rendered rendered = chart.render(Values.none());
    assertThat(hook(rendered.one("Job", "-secrets"))).isEqualTo("pre-install,pre-upgrade -10");
    assertThat(hook(rendered.one("Job", "-check-scale"))).isEqualTo("pre-upgrade,pre-rollback -5");
    assertThat(hook(rendered.one("Role", "-secrets"))).isEqualTo("pre-install,pre-upgrade -20");
    assertThat(hook(rendered.one("Pod", "-try"))).startsWith("test");
    assertThat(
            chart
                .render(Values.none().with("storage.allowUnsafeScaleIn", true))
                .has("Job", "-check-scale"))
        .isFalse();
  }

  private static String hook(JsonNode object) {
    JsonNode annotations = object.at("/metadata/annotations");
    return annotations.path("test.mas/hook").asString("")
        + " "
        + annotations.path("helm.sh/hook-weight").asString("");
  }

  @Test
  void settingsAreVariables() {
    Values values =
        Values.none()
            .with("gateway.settings:mas.limits.requests-per-token", 16)
            .with("gateway.settings:mas.block.buffers", 268_435_456)
            .with("gateway.settings:mas.object.share", 0.25)
            .with("gateway.settings:mas.object.fast", true)
            .with("storage.settings:mas.node.reserve", "1GB");
    Rendered rendered = chart.render(values);
    JsonNode gateway = pod(rendered, "-gateway");
    assertThat(variable(gateway, "MAS_LIMITS_REQUESTS_PER_TOKEN")).isEqualTo("16");
    assertThat(variable(gateway, "MAS_BLOCK_BUFFERS")).isEqualTo("268435456");
    assertThat(variable(gateway, "MAS_OBJECT_SHARE")).isEqualTo("0.25");
    assertThat(variable(gateway, "MAS_OBJECT_FAST")).isEqualTo("true");
    assertThat(variable(nodes(values).at("/template/spec"), "MAS_NODE_RESERVE")).isEqualTo("1GB");
    assertThat(variable(pod(rendered, "-repair"), "MAS_LIMITS_REQUESTS_PER_TOKEN")).isEmpty();
  }

  /** One that copies the others' data, or waits for a majority, is there and not ready. */
  @Test
  void serversAreReadyWhenTheyHaveCaughtUpAndAreNotRestartedForIt() {
    Rendered rendered = chart.render(Values.none());
    for (String server : List.of("mongodb", "redis")) {
      JsonNode container = server(rendered, server);
      assertThat(container.at("/readinessProbe/exec/command/1").asString())
          .isEqualTo("/scripts/ready.sh");
      assertThat(container.at("/livenessProbe/tcpSocket/port").asString()).isEqualTo(server);
    }
    JsonNode rabbitmq = server(rendered, "rabbitmq");
    assertThat(rabbitmq.at("/readinessProbe/tcpSocket/port").asString()).isEqualTo("amqp");
    assertThat(rabbitmq.at("/livenessProbe/tcpSocket/port").asString()).isEqualTo("peers");
  }

  @Test
  void onlyAProxyIsBelievedWhoTheClientIs() {
    String strategy = "SERVER_FORWARD_HEADERS_STRATEGY";
    assertThat(variable(pod(chart.render(Values.none()), "-gateway"), strategy)).isEmpty();
    Values proxied =
        Values.none()
            .with("gateway.ingress.enabled", true)
            .with("gateway.ingress.hosts", List.of("files.example.org"));
    assertThat(variable(pod(chart.render(proxied), "-gateway"), strategy)).isEqualTo("native");
    Values own = proxied.with("gateway.settings:server.forward-headers-strategy", "framework");
    assertThat(variable(pod(chart.render(own), "-gateway"), strategy)).isEqualTo("framework");
  }

  @Test
  void aNewVersionOfTheChartAloneRestartsNothing() {
    chart
        .render(Values.none())
        .pods()
        .filter(one -> !one.kind().equals("Pod"))
        .forEach(
            one ->
                assertThat(one.podLabels().toString())
                    .as("%s", one)
                    .doesNotContain("version", "chart"));
  }
}

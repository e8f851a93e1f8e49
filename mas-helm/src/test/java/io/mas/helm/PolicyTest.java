package io.mas.helm;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Pods are restricted, only the public port is seen, nobody speaks to whom he need not. */
class PolicyTest {
  @TempDir static Path directory;
  private static Chart chart;

  @BeforeAll
  static void copy() {
    chart = Chart.in(directory);
  }

  private static Values everything() {
    return Values.ready("values-ha-6")
        .with("gateway.service.type", "LoadBalancer")
        .with("gateway.ingress.enabled", true)
        .with("gateway.ingress.hosts", List.of("mas.example.org"))
        .with("gateway.httpRoute.enabled", true)
        .with("gateway.httpRoute.parentRefs", Chart.json("[{\"name\": \"public\"}]"));
  }

  @ParameterizedTest
  @MethodSource("io.mas.helm.Chart#ready")
  void holdForAllReadyValues(String name) {
    assertThat(Policies.problems(chart.render(Values.ready(name)), true)).isEmpty();
  }

  @Test
  void holdForEverythingThatThereIs() {
    assertThat(Policies.problems(chart.render(everything()), true)).isEmpty();
  }

  /** A change that each of them has to find. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          StatefulSet   | -node         | /spec/template/spec/hostNetwork | true | hostNetwork
          StatefulSet   | -node         | /spec/template/spec/automountServiceAccountToken | true | token
          Deployment    | -gateway      | /spec/template/spec/serviceAccountName | default | account
          Deployment    | -gateway      | /spec/template/spec/enableServiceLinks | true | enableServiceLinks
          Deployment    | -gateway      | /spec/template/spec/securityContext/runAsNonRoot | false | runAsNonRoot
          Deployment    | -gateway      | /spec/template/spec/securityContext/runAsUser | 0 | runAsUser
          StatefulSet   | -redis        | /spec/template/spec/securityContext/seccompProfile/type | Unconfined | seccompProfile
          StatefulSet   | -redis        | /spec/template/spec/containers/1/securityContext/readOnlyRootFilesystem | false | readOnlyRootFilesystem
          Job           | -secrets      | /spec/template/spec/containers/0/securityContext/allowPrivilegeEscalation | true | allowPrivilegeEscalation
          Pod           | -try          | /spec/containers/0/securityContext/privileged | true | privileged
          Pod           | -try          | /spec/containers/0/securityContext/capabilities/drop | [NET_RAW] | capabilities
          Deployment    | -gateway      | /spec/template/spec/volumes/0/emptyDir | {} | sizeLimit
          Deployment    | -gateway      | /spec/template/spec/volumes/0/hostPath | {path: /} | volume hostPath
          Deployment    | -repair       | /spec/template/spec/containers/0/envFrom | [] | secret in a variable
          Deployment    | -repair       | /spec/template/spec/containers/0/env/0/value | "amqp://a:geheim@b" | a password
          Deployment    | -repair       | /spec/template/spec/containers/0/env/1/name | MAS_ROLES | a variable twice
          ConfigMap     | -rabbitmq     | /data/more | "amqp://a:geheim@b" | a password
          Service       | -node         | /spec/type | NodePort | exposes
          Service       | files-mas     | /spec/ports/0/targetPort | management | exposes
          Ingress       | -mas          | /spec/rules/0/http/paths/0/backend/service/name | files-mas-node | leads to
          HTTPRoute     | -mas          | /spec/rules/0/backendRefs/0/port | 8081 | leads to
          NetworkPolicy | -default-deny | /spec/podSelector/matchLabels/app.kubernetes.io~1component | gateway | no policy denies everything
          NetworkPolicy | -default-deny | /spec/egress | [{}] | no policy denies everything
          NetworkPolicy | -redis        | /spec/podSelector/matchLabels/app.kubernetes.io~1component | rediss | selects nobody
          """)
  void aBreachIsFound(String kind, String suffix, String pointer, String yaml, String problem) {
    List<Manifest> manifests = new ArrayList<>(chart.render(everything()).manifests());
    JsonNode one = new Rendered(manifests).one(kind, suffix);
    int slash = pointer.lastIndexOf('/');
    ((ObjectNode) one.at(pointer.substring(0, slash)))
        .set(pointer.substring(slash + 1).replace("~1", "/"), Chart.json(yaml));
    assertThat(Policies.problems(new Rendered(manifests), true))
        .anyMatch(found -> found.contains(problem));
  }

  @Test
  void whoSpeaksToWhom() {
    Rendered rendered = chart.render(everything());
    Set<String> flows =
        rendered
            .of("NetworkPolicy")
            .flatMap(Flows::of)
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(flows)
        .containsExactlyInAnyOrder(
            "anybody -> gateway 8080",
            "monitoring -> gateway 8081",
            "monitoring -> repair 8081",
            "monitoring -> storage 9102",
            "gateway -> storage 9101",
            "repair -> storage 9101",
            "gateway -> mongodb 27017",
            "repair -> mongodb 27017",
            "mongodb -> mongodb 27017",
            "gateway -> redis 6379",
            "gateway -> redis 26379",
            "redis -> redis 6379",
            "redis -> redis 26379",
            "gateway -> rabbitmq 5672",
            "repair -> rabbitmq 5672",
            "storage -> rabbitmq 5672",
            "rabbitmq -> rabbitmq 4369",
            "rabbitmq -> rabbitmq 5672",
            "rabbitmq -> rabbitmq 25672",
            "try -> gateway 8080",
            "check-scale -> gateway 8080",
            "check-scale -> anybody 443",
            "check-scale -> anybody 6443",
            "check-scale -> anybody 8443",
            "check-scale -> anybody 16443",
            "secrets -> anybody 443",
            "secrets -> anybody 6443",
            "secrets -> anybody 8443",
            "secrets -> anybody 16443",
            "everyone -> kube-system 53",
            "everyone -> 169.254.20.10/32 53");
  }

  @Test
  void whatIsAllowedOutIsAllowedInAsWell() {
    Rendered rendered = chart.render(everything());
    Set<String> out = flows(rendered, "Egress");
    Set<String> in = flows(rendered, "Ingress");
    assertThat(in).anyMatch(flow -> flow.equals("gateway -> mongodb 27017"));
    Set<String> between =
        out.stream()
            .filter(flow -> !flow.contains("anybody") && !flow.startsWith("everyone"))
            .filter(flow -> !flow.endsWith("gateway 8080")) // anybody may
            .collect(Collectors.toSet());
    assertThat(in).containsAll(between);
  }

  private static Set<String> flows(Rendered rendered, String type) {
    return rendered
        .of("NetworkPolicy")
        .flatMap(policy -> Flows.of(policy, type))
        .collect(Collectors.toSet());
  }

  @Test
  void clientsMayBeNamed() {
    Values values =
        everything()
            .with(
                "networkPolicy.clients", Chart.json("[{\"ipBlock\": {\"cidr\": \"10.0.0.0/8\"}}]"));
    assertThat(flows(chart.render(values), "Ingress"))
        .contains(
            "10.0.0.0/8 -> gateway 8080", "try -> gateway 8080", "check-scale -> gateway 8080")
        .doesNotContain("anybody -> gateway 8080");
  }

  @Test
  void withoutPoliciesThereAreNone() {
    Rendered rendered = chart.render(Values.none().with("networkPolicy.enabled", false));
    assertThat(rendered.of("NetworkPolicy")).isEmpty();
    assertThat(Policies.problems(rendered, true)).isNotEmpty();
  }

  @Test
  void theJobsMayDoNoMoreThanTheyNeed() {
    Rendered rendered = chart.render(Values.none());
    assertThat(rendered.one("Role", "-secrets").path("rules").toString())
        .isEqualTo(
            "[{\"apiGroups\":[\"\"],\"resources\":[\"secrets\"],\"verbs\":[\"create\"]},"
                + "{\"apiGroups\":[\"\"],\"resourceNames\":[\"files-mas-admin-token\",\"files-mas-backend-token\",\"files-mas-system-tokens\"],"
                + "\"resources\":[\"secrets\"],\"verbs\":[\"get\"]}]");
    assertThat(rendered.one("Role", "-check-scale").path("rules").toString())
        .isEqualTo(
            "[{\"apiGroups\":[\"apps\"],\"resourceNames\":[\"files-mas-node\"],"
                + "\"resources\":[\"statefulsets\"],\"verbs\":[\"get\"]}]");
    assertThat(rendered.manifests()).noneMatch(one -> one.kind().startsWith("Cluster"));
  }
}

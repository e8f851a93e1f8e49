package io.mas.helm;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** What must hold for everything that the chart renders, whatever the values. */
final class Policies {
  /** Who speaks to the API of Kubernetes. */
  private static final Set<String> WITH_TOKEN = Set.of("secrets", "check-scale");

  private static final Set<String> VOLUMES =
      Set.of("emptyDir", "configMap", "secret", "projected", "persistentVolumeClaim");

  /** A URI with a password that is no placeholder. */
  private static final Pattern PASSWORD = Pattern.compile("://[^/\\s\"]*:(?!\\$\\{)[^/\\s\"@]+@");

  private final List<String> problems = new ArrayList<>();

  private Policies() {}

  /**
   * What is wrong; empty if nothing is.
   *
   * @param denied whether there are to be NetworkPolicies
   */
  static List<String> problems(Rendered rendered, boolean denied) {
    Policies policies = new Policies();
    rendered.pods().forEach(policies::restricted);
    rendered.manifests().forEach(policies::secretive);
    policies.exposed(rendered);
    if (denied) {
      policies.denied(rendered);
    }
    return policies.problems;
  }

  private void require(boolean good, Manifest manifest, String what) {
    if (!good) {
      problems.add("%s: %s".formatted(manifest, what));
    }
  }

  // The Pod Security Standard "restricted", and a little more

  private void restricted(Manifest manifest) {
    JsonNode pod = manifest.pod();
    JsonNode security = pod.path("securityContext");
    require(security.path("runAsNonRoot").asBoolean(false), manifest, "runAsNonRoot");
    require(security.path("runAsUser").asInt(0) > 0, manifest, "runAsUser");
    require(
        security.at("/seccompProfile/type").asString("").equals("RuntimeDefault"),
        manifest,
        "seccompProfile");
    for (String name : List.of("hostNetwork", "hostPID", "hostIPC", "hostUsers")) {
      require(!pod.has(name), manifest, name);
    }
    // Kubernetes would say MAS_NODE_PORT=tcp://... because of the Service, and mas.node.port is no
    // such.
    require(!pod.path("enableServiceLinks").asBoolean(true), manifest, "enableServiceLinks");
    boolean token = pod.path("automountServiceAccountToken").asBoolean(true);
    require(token == WITH_TOKEN.contains(manifest.component()), manifest, "token");
    require(
        !pod.path("serviceAccountName").asString("default").equals("default"), manifest, "account");
    volumes(manifest, pod);
    containers(pod).forEach(one -> container(manifest, one));
  }

  private static Stream<JsonNode> containers(JsonNode pod) {
    return Stream.of("initContainers", "containers", "ephemeralContainers")
        .flatMap(name -> pod.path(name).valueStream());
  }

  private void volumes(Manifest manifest, JsonNode pod) {
    for (JsonNode volume : pod.path("volumes")) {
      for (String name : volume.propertyNames()) {
        require(name.equals("name") || VOLUMES.contains(name), manifest, "volume " + name);
      }
      JsonNode empty = volume.path("emptyDir");
      require(
          empty.isMissingNode() || empty.has("sizeLimit"), manifest, "emptyDir without sizeLimit");
    }
  }

  private void container(Manifest manifest, JsonNode container) {
    JsonNode security = container.path("securityContext");
    require(
        !security.path("allowPrivilegeEscalation").asBoolean(true),
        manifest,
        "allowPrivilegeEscalation");
    require(!security.path("privileged").asBoolean(true), manifest, "privileged");
    require(
        security.path("readOnlyRootFilesystem").asBoolean(false),
        manifest,
        "readOnlyRootFilesystem");
    require(
        security.at("/capabilities/drop/0").asString("").equals("ALL"), manifest, "capabilities");
    require(!security.at("/capabilities").has("add"), manifest, "capabilities");
    for (JsonNode port : container.path("ports")) {
      require(!port.has("hostPort"), manifest, "hostPort");
    }
    List<String> names =
        container.path("env").valueStream().map(one -> one.path("name").asString()).toList();
    require(Set.copyOf(names).size() == names.size(), manifest, "a variable twice");
    // Variables are seen in dumps and by every child; secrets are files.
    for (JsonNode variable : container.path("env")) {
      require(!variable.at("/valueFrom").has("secretKeyRef"), manifest, "secret in a variable");
    }
    require(!container.has("envFrom"), manifest, "secret in a variable");
  }

  // Secrets

  private void secretive(Manifest manifest) {
    require(!manifest.kind().equals("Secret"), manifest, "a Secret that Helm would keep and show");
    require(!PASSWORD.matcher(manifest.json().toString()).find(), manifest, "a password");
  }

  // What is seen from outside

  private void exposed(Rendered rendered) {
    rendered.of("Service").forEach(this::service);
    rendered
        .of("Ingress")
        .forEach(
            one ->
                one.json()
                    .findValues("service")
                    .forEach(service -> backend(one, service, service.at("/port/name"), "http")));
    rendered
        .of("HTTPRoute")
        .forEach(
            one -> {
              JsonNode port = rendered.one("Service", publicService(one)).at("/spec/ports/0/port");
              one.json()
                  .findValues("backendRefs")
                  .forEach(
                      refs ->
                          refs.forEach(
                              ref -> backend(one, ref, ref.path("port"), port.asString())));
            });
  }

  private static String publicService(Manifest manifest) {
    return manifest.name();
  }

  private void backend(Manifest manifest, JsonNode backend, JsonNode port, String expected) {
    boolean good =
        backend.path("name").asString("").equals(publicService(manifest))
            && port.asString("").equals(expected);
    require(good, manifest, "leads to " + backend);
    require(!manifest.json().toString().contains("\"path\":\"/\""), manifest, "more than the API");
  }

  /** Only the one of the public port may be seen outside the cluster. */
  private void service(Manifest manifest) {
    JsonNode spec = manifest.json().path("spec");
    boolean inside = spec.path("type").asString("").equals("ClusterIP");
    boolean api =
        manifest.component().equals("gateway")
            && spec.path("ports").size() == 1
            && spec.at("/ports/0/targetPort").asString("").equals("http");
    require(inside || api, manifest, "exposes " + spec.path("ports"));
    require(!spec.has("externalIPs"), manifest, "externalIPs");
  }

  // The network

  private void denied(Rendered rendered) {
    List<Manifest> policies = rendered.of("NetworkPolicy").toList();
    List<Manifest> closed = policies.stream().filter(Policies::deniesEverything).toList();
    rendered
        .pods()
        .forEach(
            pod -> {
              require(
                  closed.stream().anyMatch(policy -> selects(policy, pod)),
                  pod,
                  "no policy denies everything");
              require(
                  policies.stream().filter(policy -> selects(policy, pod)).count() > 1,
                  pod,
                  "no policy allows anything");
            });
    policies.forEach(
        policy ->
            require(
                rendered.pods().anyMatch(pod -> selects(policy, pod))
                    || List.of("try", "check-scale", "secrets").contains(policy.component()),
                policy,
                "selects nobody"));
  }

  private static boolean deniesEverything(Manifest policy) {
    JsonNode spec = policy.json().path("spec");
    return !spec.has("ingress")
        && !spec.has("egress")
        && spec.path("policyTypes").toString().equals("[\"Ingress\",\"Egress\"]");
  }

  private static boolean selects(Manifest policy, Manifest pod) {
    JsonNode labels = policy.json().at("/spec/podSelector/matchLabels");
    for (Map.Entry<String, JsonNode> label : labels.properties()) {
      if (!pod.podLabels().path(label.getKey()).equals(label.getValue())) {
        return false;
      }
    }
    return true;
  }
}

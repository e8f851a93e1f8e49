package io.mas.helm;

import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** What a NetworkPolicy allows, each as {@code from -> to port}. */
final class Flows {
  private static final String COMPONENT = "app.kubernetes.io~1component";

  private Flows() {}

  static Stream<String> of(Manifest policy) {
    return Stream.of("Ingress", "Egress").flatMap(type -> of(policy, type));
  }

  static Stream<String> of(Manifest policy, String type) {
    boolean in = type.equals("Ingress");
    JsonNode spec = policy.json().path("spec");
    String self = component(spec.at("/podSelector/matchLabels"));
    return spec.path(in ? "ingress" : "egress")
        .valueStream()
        .flatMap(
            rule ->
                peers(rule.path(in ? "from" : "to"))
                    .flatMap(
                        peer ->
                            ports(rule)
                                .map(
                                    port ->
                                        in
                                            ? peer + " -> " + self + " " + port
                                            : self + " -> " + peer + " " + port)));
  }

  private static String component(JsonNode labels) {
    return labels.at("/" + COMPONENT).asString("everyone");
  }

  private static Stream<String> ports(JsonNode rule) {
    return rule.path("ports").valueStream().map(port -> port.path("port").asString()).distinct();
  }

  private static Stream<String> peers(JsonNode peers) {
    return peers.isMissingNode() ? Stream.of("anybody") : peers.valueStream().map(Flows::peer);
  }

  private static String peer(JsonNode peer) {
    JsonNode pods = peer.path("podSelector");
    return pods.isMissingNode()
        ? peer.at("/ipBlock/cidr")
            .asString(
                peer.at("/namespaceSelector/matchLabels/kubernetes.io~1metadata.name")
                    .asString("?"))
        : component(pods.path("matchLabels"));
  }
}

package io.mas.helm;

import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/** An object of Kubernetes that the chart renders. */
record Manifest(JsonNode json) {
  private static final Set<String> WITH_TEMPLATE = Set.of("Deployment", "StatefulSet", "Job");

  String kind() {
    return json.path("kind").asString();
  }

  String name() {
    return json.at("/metadata/name").asString();
  }

  /** What the object is for. */
  String component() {
    return json.at("/metadata/labels/app.kubernetes.io~1component").asString();
  }

  /** Whether it is a pod, or makes pods. */
  boolean hasPod() {
    return kind().equals("Pod") || WITH_TEMPLATE.contains(kind());
  }

  /** The spec of its pods. */
  JsonNode pod() {
    return podTemplate().path("spec");
  }

  /** The labels of its pods. */
  JsonNode podLabels() {
    return podTemplate().at("/metadata/labels");
  }

  private JsonNode podTemplate() {
    if (!hasPod()) {
      return MissingNode.getInstance();
    }
    return kind().equals("Pod") ? json : json.at("/spec/template");
  }

  @Override
  public String toString() {
    return kind() + " " + name();
  }
}

package io.mas.helm;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * The objects of Prometheus Operator, of which the library has no classes: as far as we use them.
 */
final class PrometheusOperator {
  static final Set<String> KINDS = Set.of("ServiceMonitor", "PrometheusRule");

  /** Fields of their API (v1) that are text, and lists and objects with what may be in them. */
  private static final Map<String, Set<String>> FIELDS =
      Map.of(
          "", Set.of("apiVersion", "kind", "metadata", "spec"),
          "spec", Set.of("selector", "targetLabels", "endpoints", "groups"),
          "selector", Set.of("matchLabels", "matchExpressions"),
          "endpoints", Set.of("port", "path", "interval", "scheme"),
          "groups", Set.of("name", "interval", "rules"),
          "rules", Set.of("alert", "expr", "for", "labels", "annotations"));

  private static final Set<String> MAPS =
      Set.of("metadata", "matchLabels", "labels", "annotations");

  private PrometheusOperator() {}

  static List<String> problems(Manifest manifest) {
    List<String> problems = new ArrayList<>();
    if (!manifest.json().path("apiVersion").asString().equals("monitoring.coreos.com/v1")) {
      problems.add(manifest + " is of another version");
    }
    visit(manifest.toString(), "", manifest.json(), problems);
    return problems;
  }

  private static void visit(String place, String kind, JsonNode node, List<String> problems) {
    if (node.isArray()) {
      node.forEach(one -> visit(place, kind, one, problems));
    } else if (node.isObject() && !MAPS.contains(kind)) {
      Set<String> known = FIELDS.getOrDefault(kind, Set.of());
      for (Map.Entry<String, JsonNode> one : node.properties()) {
        if (!known.contains(one.getKey())) {
          problems.add("%s has no field %s.%s".formatted(place, kind, one.getKey()));
        }
        visit(place, one.getKey(), one.getValue(), problems);
      }
    } else if (!node.isObject() && !node.isString()) {
      problems.add("%s: %s is %s, expected text".formatted(place, kind, node));
    }
  }
}

package io.mas.helm;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Finds what Kubernetes would refuse or silently drop: fields that it does not have, and values of
 * another type. What the classes of Kubernetes' objects do not know comes back from them as it
 * came, beside their fields; what they take and convert comes back with another type.
 */
final class StrictSchema {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final KubernetesSerialization serialization = new KubernetesSerialization();

  /** What is wrong, each with its place; empty if nothing is. */
  List<String> problems(Manifest manifest) {
    List<String> problems = new ArrayList<>();
    if (PrometheusOperator.KINDS.contains(manifest.kind())) {
      return PrometheusOperator.problems(manifest);
    }
    HasMetadata typed;
    try {
      typed = serialization.unmarshal(manifest.json().toString(), HasMetadata.class);
    } catch (KubernetesClientException e) {
      problems.add(manifest + ": " + e.getCause());
      return problems;
    }
    if (typed instanceof GenericKubernetesResource) {
      problems.add(manifest + " is of no kind that is known");
      return problems;
    }
    UnknownFields.of(typed).forEach(one -> problems.add(manifest + " has no field " + one));
    JsonNode back = JSON.readTree(serialization.asJson(typed));
    compare(manifest.toString(), manifest.json(), back, problems);
    return problems;
  }

  private static void compare(String place, JsonNode given, JsonNode back, List<String> problems) {
    if (given instanceof ObjectNode) {
      var names = new TreeSet<>(given.propertyNames());
      for (String name : names) {
        compare(place + "." + name, given.path(name), back.path(name), problems);
      }
    } else if (given.isArray()) {
      for (int i = 0; i < given.size(); i++) {
        compare(place + "[" + i + "]", given.path(i), back.path(i), problems);
      }
    } else if (!given.equals(back) && !given.isNull()) {
      problems.add(
          "%s is %s, which Kubernetes takes for %s"
              .formatted(place, given, back.isMissingNode() ? "nothing" : back));
    }
  }

  /** Fields that the classes of Kubernetes' objects have kept aside. */
  private static final class UnknownFields {
    private final List<String> found = new ArrayList<>();

    static Stream<String> of(Object typed) {
      UnknownFields fields = new UnknownFields();
      fields.visit(typed);
      return fields.found.stream();
    }

    private void visit(Object value) {
      switch (value) {
        case Map<?, ?> map -> map.values().forEach(this::visitIfAny);
        case Iterable<?> list -> list.forEach(this::visitIfAny);
        default -> {
          if (value.getClass().getName().startsWith("io.fabric8.")) {
            visitFields(value);
          }
        }
      }
    }

    private void visitIfAny(@Nullable Object value) {
      if (value != null) {
        visit(value);
      }
    }

    private void visitFields(Object object) {
      if (object.getClass().isEnum()) {
        return;
      }
      for (var field : object.getClass().getDeclaredFields()) {
        if (Modifier.isStatic(field.getModifiers())) {
          continue;
        }
        try {
          field.setAccessible(true);
          Object value = field.get(object);
          if (field.getName().equals("additionalProperties") && value instanceof Map<?, ?> map) {
            map.keySet().forEach(name -> found.add(object.getClass().getSimpleName() + "." + name));
          } else {
            visitIfAny(value);
          }
        } catch (IllegalAccessException e) {
          throw new IllegalStateException(e);
        }
      }
    }
  }
}

package io.mas.helm;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** {@code values.schema.json}: which keys there are, and what they may be. */
final class ValuesSchema {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  /** The most that a number gets, where the schema sets no bound that is less. */
  private static final int LARGE = 500;

  private final JsonNode root;
  private final Map<String, JsonNode> leaves = new LinkedHashMap<>();

  private ValuesSchema(JsonNode root) {
    this.root = root;
    collect("", root);
  }

  static ValuesSchema read() {
    return new ValuesSchema(JSON.readTree(Chart.read("values.schema.json")));
  }

  private void collect(String prefix, JsonNode schema) {
    for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
      JsonNode resolved = resolved(property.getValue());
      String path = prefix + property.getKey();
      if (isGroup(resolved)) {
        collect(path + ".", resolved);
      } else if (!path.equals("global")) { // Helm's own
        leaves.put(path, resolved);
      }
    }
  }

  /** A group has keys of its own; an object with an example is one value. */
  private static boolean isGroup(JsonNode schema) {
    return schema.has("properties") && !schema.has("examples");
  }

  private JsonNode resolved(JsonNode schema) {
    if (!schema.has("$ref")) {
      return schema;
    }
    var merged = root.at(schema.path("$ref").asString().substring(1)).deepCopy();
    schema.properties().stream()
        .filter(one -> !one.getKey().equals("$ref"))
        .forEach(one -> ((ObjectNode) merged).set(one.getKey(), one.getValue()));
    return merged;
  }

  /** The keys that have a value, with what the schema says of it. */
  Map<String, JsonNode> leaves() {
    return Map.copyOf(leaves);
  }

  /** The keys of values that have a value. */
  static List<String> leavesOf(JsonNode values, ValuesSchema schema) {
    List<String> found = new ArrayList<>();
    visit("", values, schema, found);
    return found;
  }

  private static void visit(
      String prefix, JsonNode values, ValuesSchema schema, List<String> found) {
    for (Map.Entry<String, JsonNode> one : values.properties()) {
      String path = prefix + one.getKey();
      if (one.getValue().isObject() && !schema.leaves.containsKey(path)) {
        visit(path + ".", one.getValue(), schema, found);
      } else {
        found.add(path);
      }
    }
  }

  /** A value that the schema allows for this key. */
  JsonNode any(String leaf, Random random) {
    JsonNode schema = leaves.get(leaf);
    if (schema == null) {
      throw new IllegalArgumentException(leaf);
    }
    JsonNode choices = schema.has("enum") ? schema.path("enum") : schema.path("examples");
    if (!choices.isEmpty()) {
      return choices.path(random.nextInt(choices.size()));
    }
    JsonNodeFactory nodes = JsonNodeFactory.instance;
    return switch (type(schema)) {
      case "boolean" -> nodes.booleanNode(random.nextBoolean());
      case "integer" -> nodes.numberNode(number(schema, random));
      default -> throw new IllegalStateException(leaf + " has no examples in the schema");
    };
  }

  private static String type(JsonNode schema) {
    JsonNode type = schema.path("type");
    return type.isArray() ? type.path(0).asString() : type.asString();
  }

  private static int number(JsonNode schema, Random random) {
    int least = schema.path("minimum").asInt(0);
    int most = Math.min(schema.path("maximum").asInt(LARGE), least + LARGE);
    return least + random.nextInt(most - least + 1);
  }
}

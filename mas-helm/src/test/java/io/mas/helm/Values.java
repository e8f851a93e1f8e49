package io.mas.helm;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Values of the chart that are not the default ones. */
final class Values {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final ObjectNode values;

  private Values(ObjectNode values) {
    this.values = values;
  }

  /** All by default. */
  static Values none() {
    return new Values(JSON.createObjectNode());
  }

  /** Those of a file that comes with the chart. */
  static Values ready(String name) {
    JsonNode file = Chart.parse(Chart.read(name + ".yaml")).getFirst();
    return new Values((ObjectNode) file.deepCopy());
  }

  /**
   * These with one more.
   *
   * @param path names with dots between; a name that has dots itself is the last, after a colon
   */
  Values with(String path, Object value) {
    return with(path, JSON.valueToTree(value));
  }

  Values with(String path, JsonNode value) {
    int colon = path.indexOf(':');
    String[] names = (colon < 0 ? path : path.substring(0, colon)).split("\\.", -1);
    ObjectNode copy = values.deepCopy();
    ObjectNode at = copy;
    int last = colon < 0 ? names.length - 1 : names.length;
    for (int i = 0; i < last; i++) {
      JsonNode next = at.get(names[i]);
      at = next instanceof ObjectNode there ? there : at.putObject(names[i]);
    }
    at.set(colon < 0 ? names[last] : path.substring(colon + 1), value);
    return new Values(copy);
  }

  /** The value in this place, of these or by default. */
  JsonNode get(String path) {
    String pointer = "/" + path.replace('.', '/');
    JsonNode given = values.at(pointer);
    return given.isMissingNode()
        ? Chart.parse(Chart.read("values.yaml")).getFirst().at(pointer)
        : given;
  }

  /** As JSON, which is YAML too. */
  @Override
  public String toString() {
    return values.toString();
  }
}

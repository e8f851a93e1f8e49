package io.mas.node.web;

import io.mas.common.object.ExtentId;
import io.mas.common.object.Layout;
import io.mas.common.object.ObjectHash;
import io.mas.common.object.PartId;
import io.mas.common.object.ShardKey;
import io.mas.common.protocol.InternalApi;
import io.mas.common.protocol.Priority;
import io.mas.node.shard.ShardStore.Origin;
import java.util.HexFormat;
import java.util.Map;

/**
 * The path variables and query parameters of a request. What is missing or malformed is an {@link
 * IllegalArgumentException}.
 *
 * @param values by name
 */
record Parameters(Map<String, String> values) {

  ShardKey key() {
    String attempt = text("attempt");
    if (attempt.length() != 16) {
      throw new IllegalArgumentException(
          "attempt '%s', expected 16 hexadecimal digits".formatted(attempt));
    }
    return new ShardKey(
        new ExtentId(PartId.parse(text("part")), number("ordinal")),
        number("shard"),
        HexFormat.fromHexDigitsToLong(attempt));
  }

  Origin origin() {
    Layout layout = new Layout(number("k"), number("m"), number("block-size"), number("codec"));
    return new Origin(new ObjectHash(text("hash")), layout);
  }

  /** One that is not known, of a later version, is none. */
  Priority priority() {
    boolean background = InternalApi.BACKGROUND.equals(values.get(InternalApi.PRIORITY));
    return background ? Priority.BACKGROUND : Priority.NORMAL;
  }

  String text(String name) {
    String value = values.get(name);
    if (value == null) {
      throw new IllegalArgumentException("parameter '%s' is missing".formatted(name));
    }
    return value;
  }

  int number(String name) {
    String value = text(name);
    try {
      return Integer.parseInt(value);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "parameter %s '%s', expected a number".formatted(name, value), e);
    }
  }

  int number(String name, int otherwise) {
    return values.containsKey(name) ? number(name) : otherwise;
  }
}

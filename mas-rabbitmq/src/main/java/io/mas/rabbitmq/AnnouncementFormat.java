package io.mas.rabbitmq;

import io.mas.common.cluster.NodeAnnouncement;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * An announcement on the wire, a JSON object:
 *
 * <pre>
 * {"v": 1, "announcement": {"identity": {"clusterId", "nodeId", "counter", "bootId"}, "sequence",
 *  "logSequence", "address", "process", "host", "zone", "capacityBytes", "freeBytes", "state"}}
 * </pre>
 *
 * <p>All members are there and no others: whoever adds or changes one raises {@code v}.
 */
final class AnnouncementFormat {
  static final int VERSION = 1;

  /** Ours have about 400. */
  static final int MAX_BYTES = 16 << 10;

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(
              DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES,
              DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES,
              DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .enable(EnumFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .build();

  private AnnouncementFormat() {}

  private record Content(int v, NodeAnnouncement announcement) {}

  /** A message that is no announcement of this version. */
  static final class UnreadableException extends Exception {
    private static final long serialVersionUID = 1;

    UnreadableException(String message) {
      super(message);
    }
  }

  static byte[] encode(NodeAnnouncement announcement) {
    return JSON.writeValueAsBytes(new Content(VERSION, announcement));
  }

  static NodeAnnouncement decode(byte[] message) throws UnreadableException {
    if (message.length > MAX_BYTES) {
      throw new UnreadableException(
          "%d bytes, expected at most %d".formatted(message.length, MAX_BYTES));
    }
    try {
      JsonNode tree = JSON.readTree(message);
      int version = tree.path("v").asInt(0);
      if (version != VERSION) {
        throw new UnreadableException(
            "format %d, this build knows format %d".formatted(version, VERSION));
      }
      return JSON.treeToValue(tree, Content.class).announcement();
    } catch (JacksonException e) {
      // What is malformed is not repeated: it may be anything.
      throw new UnreadableException("no announcement (" + e.getClass().getSimpleName() + ")");
    }
  }
}

package io.mas.dev.operator;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/**
 * Where a file's shards are, for a person: first whether it is whole, then its extents; of a large
 * file only those that lack something. Takes the pages one by one, so that a file of any size is
 * looked at wholly in little memory. Used by one thread.
 */
final class FileText {
  /** A file of so many extents is shown wholly. */
  private static final int ALL = 8;

  /** The most extents shown that are not as they should be. */
  private static final int SHOWN = 50;

  private final List<String> first = new ArrayList<>();
  private final List<String> lacking = new ArrayList<>();
  private JsonNode file = MissingNode.getInstance();
  private boolean whole = true;
  private long extents;
  private long degraded;
  private long unplaced;
  private int leastMayFail = Integer.MAX_VALUE;

  /** Takes the next page: the data of {@code /api/admin/file}. */
  void add(JsonNode page) {
    file = page;
    whole &= page.path("whole").asBoolean();
    for (JsonNode part : page.path("parts")) {
      unplaced += part.path("unplaced").asLong();
      part.path("extents").forEach(extent -> add(part, extent));
    }
  }

  private void add(JsonNode part, JsonNode extent) {
    extents++;
    leastMayFail = Math.min(leastMayFail, extent.path("may_fail").asInt());
    boolean complete = complete(extent);
    degraded += complete ? 0 : 1;
    if (extents <= ALL) {
      first.add(text(part, extent));
    }
    if (!complete && lacking.size() < SHOWN) {
      lacking.add(text(part, extent));
    }
  }

  private static boolean complete(JsonNode extent) {
    for (JsonNode shard : extent.path("shards")) {
      if (!condition(shard).equals("ok")) {
        return false;
      }
    }
    return true;
  }

  /** Whether every page was as it should be. */
  boolean whole() {
    return whole;
  }

  String text() {
    List<String> shown = extents <= ALL ? first : lacking;
    String left =
        shown.size() == extents
            ? ""
            : "%s not shown; -o json tells of all\n"
                .formatted(Words.of(extents - shown.size(), "extent"));
    return headline() + "\n\n" + about() + String.join("", shown) + left;
  }

  private String headline() {
    if (!file.path("live").asBoolean()) {
      return "DELETED: the file does not exist any more; what follows is yet to be collected.";
    }
    if (whole) {
      return "Whole: "
          + (extents == 0
              ? "an empty file"
              : "no shard is known to be missing, and every node that has one serves; " + mayFail())
          + ".";
    }
    return "DEGRADED: shards are missing or not reached in %d of %s%s; %s."
        .formatted(
            degraded,
            Words.of(extents, "extent"),
            unplaced == 0
                ? ""
                : ", and of %s nobody knows where they are".formatted(Words.bytes(unplaced)),
            mayFail());
  }

  private String mayFail() {
    if (unplaced > 0 || leastMayFail < 0) {
      return "it CANNOT BE READ wholly now";
    }
    return leastMayFail == 0
        ? "NO MORE NODE MAY FAIL"
        : Words.of(leastMayFail, "more node") + " may fail";
  }

  private String about() {
    return "%s  %s, %s, stored %s\n"
        .formatted(
            file.path("hash").asString(),
            Words.plain(file.path("name").asString()),
            Words.bytes(file.path("size").asLong()),
            Words.time(file.path("create_time").asLong() * 1000));
  }

  private static String text(JsonNode part, JsonNode extent) {
    Table shards = new Table();
    for (JsonNode shard : extent.path("shards")) {
      shards.row(
          "shard " + shard.path("shard").asInt(),
          node(shard),
          shard.path("state").asString("UNKNOWN"),
          shard.path("address").asString("-"),
          condition(shard));
    }
    return "part %d, extent %d: %d+%d, %s from byte %d of the part%s\n%s"
        .formatted(
            part.path("number").asInt(),
            extent.path("ordinal").asInt(),
            extent.path("k").asInt(),
            extent.path("m").asInt(),
            Words.bytes(extent.path("length").asLong()),
            extent.path("offset").asLong(),
            turn(extent),
            shards.text("  "));
  }

  private static String turn(JsonNode extent) {
    long since = extent.path("since").asLong();
    return since == 0
        ? ""
        : ", lacking since %s, repair tried %d times, %s"
            .formatted(
                Words.time(since),
                extent.path("tries").asInt(),
                next(extent.path("next_try").asLong()));
  }

  private static String next(long time) {
    return time == 0 ? "waits for more nodes" : "next " + Words.time(time);
  }

  private static String node(JsonNode shard) {
    String process = shard.path("process").asString("");
    return process.isEmpty() ? shard.path("node").asString() : process;
  }

  private static String condition(JsonNode shard) {
    if (shard.path("missing").asBoolean()) {
      return "MISSING";
    }
    int blocks = shard.path("missing_blocks").size();
    if (blocks > 0) {
      return "DAMAGED in " + Words.of(blocks, "block");
    }
    return switch (shard.path("state").asString("")) {
      case "UP", "DRAINING", "LEAVING", "READ_ONLY" -> "ok";
      default -> "NOT REACHED";
    };
  }
}

package io.mas.dev.operator;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * The state of a store for a person who was woken: first whether all is well, then the nodes, then
 * what is missing and how long its repair takes. Claims no more than the store does: a shard that
 * nobody has missed yet is not known to be missing.
 */
final class StatusText {
  private static final String UP = "UP";

  private final JsonNode status;

  /**
   * @param status the data of {@code /api/admin/status}
   */
  StatusText(JsonNode status) {
    this.status = status;
  }

  String text() {
    boolean healthy = status.path("healthy").asBoolean();
    return (healthy ? "All is well: " : "NOT WELL: ")
        + String.join("; ", findings())
        + ".\n\n"
        + nodes()
        + "\n"
        + rest()
        + (healthy ? "" : "\nWhat to do: docs/operations/status.md\n");
  }

  // The first line

  private List<String> findings() {
    List<String> findings = new ArrayList<>();
    findings.add(nodesFinding());
    JsonNode repair = status.path("repair");
    if (!repair.isNull()) {
      findings.add(
          Words.none(repair.path("files"))
              ? "no file is known to lack a shard"
              : Words.count(repair.path("files"), "file") + " below full redundancy");
      if (!Words.none(repair.path("unreadable"))) {
        findings.add(Words.count(repair.path("unreadable")) + " of them CANNOT BE READ");
      }
    }
    String collection = collection();
    if (!collection.isEmpty()) {
      findings.add(collection);
    }
    status
        .path("unknown")
        .forEach(unknown -> findings.add(unknown.path("what").asString() + " is unknown"));
    findings.add(mayFail());
    return findings;
  }

  private String nodesFinding() {
    int all = status.path("nodes").size();
    List<String> down = new ArrayList<>();
    for (JsonNode node : nodesByName()) {
      if (!up(node)) {
        down.add(name(node) + " is " + node.path("state").asString());
      }
    }
    if (all == 0) {
      return "no storage node was ever heard of";
    }
    return down.isEmpty()
        ? (all == 1 ? "the one node is up" : "all " + all + " nodes are up")
        : "%d of %s not up (%s)"
            .formatted(down.size(), Words.of(all, "node"), String.join(", ", shortened(down)));
  }

  /** The first line stays a line. */
  private static List<String> shortened(List<String> down) {
    int most = 5;
    if (down.size() <= most) {
      return down;
    }
    List<String> some = new ArrayList<>(down.subList(0, most));
    some.add("...");
    return some;
  }

  private String mayFail() {
    JsonNode mayFail = status.path("may_fail");
    if (mayFail.isNull()) {
      return "how many more nodes may fail is unknown";
    }
    int number = mayFail.asInt();
    return switch (number) {
      case 0 -> "NO MORE NODE MAY FAIL";
      case 1 -> "1 more node may fail";
      default ->
          number > 0
              ? number + " more nodes may fail"
              : "TOO MANY NODES OR SHARDS ARE GONE to read everything now";
    };
  }

  private static boolean up(JsonNode node) {
    return node.path("state").asString().equals(UP);
  }

  /** The process is what an operator knows; the id is the volume's. */
  private static String name(JsonNode node) {
    String process = node.path("process").asString();
    return Words.plain(process.isEmpty() ? node.path("id").asString() : process);
  }

  // The nodes

  private String nodes() {
    Table table = new Table();
    table.row("NODE", "STATE", "HEARD", "ADDRESS", "HOST", "ZONE", "FREE", "OF", "ID");
    nodesByName()
        .forEach(
            node ->
                table.row(
                    name(node),
                    state(node),
                    heard(node),
                    node.path("address").asString(),
                    node.path("host").asString(),
                    node.path("zone").asString(),
                    Words.bytes(node.path("free").asLong()),
                    Words.bytes(node.path("capacity").asLong()),
                    node.path("id").asString()));
    return table.text("");
  }

  /** With the numbers that most names end with in their order. */
  private List<JsonNode> nodesByName() {
    return status
        .path("nodes")
        .valueStream()
        .sorted(
            Comparator.comparingInt((JsonNode node) -> name(node).length())
                .thenComparing(StatusText::name))
        .toList();
  }

  private static String state(JsonNode node) {
    String state = node.path("state").asString();
    String says = node.path("says").asString();
    return state.equals(says) || says.equals(UP) ? state : state + " (said " + says + ")";
  }

  private String heard(JsonNode node) {
    long heard = node.path("heard").asLong();
    return heard == 0 ? "not yet" : Words.ago(heard, now());
  }

  // The work

  private String rest() {
    Table table = new Table();
    table.row("repair", repair());
    for (JsonNode file : status.path("repair").path("worst")) {
      table.row("", worst(file));
    }
    String held = status.path("repair").path("held").asString("");
    if (!held.isEmpty()) {
      table.row("verdicts", "none on nodes: " + held);
    }
    table.row("garbage", garbage());
    String stopped = status.path("garbage").path("stopped").asString("");
    if (!stopped.isEmpty()) {
      table.row("", "stopped " + Words.ago(stoppedSince(), now()) + ": " + Words.plain(stopped));
      table.row("", "is this the right database? then: POST /api/admin/garbage/confirm");
    }
    status
        .path("unknown")
        .forEach(
            one ->
                table.row(
                    "unknown", one.path("what").asString() + ": " + one.path("why").asString()));
    return table.text("");
  }

  private String repair() {
    JsonNode repair = status.path("repair");
    if (repair.isNull()) {
      return "unknown";
    }
    String workers = Words.of(repair.path("workers").asLong(), "worker");
    String unspread =
        Words.none(repair.path("unspread"))
            ? ""
            : "; extents with several shards on a node, for want of nodes: "
                + Words.count(repair.path("unspread"));
    if (Words.none(repair.path("extents"))) {
      return "nothing is known to be missing (" + workers + ")" + unspread;
    }
    return "%s, %s to write: %s (%s)%s%s"
        .formatted(
            Words.count(repair.path("extents"), "extent"),
            Words.byteCount(repair.path("bytes")),
            duration(repair),
            workers,
            stuck(repair.path("stuck")),
            unspread);
  }

  private static String stuck(JsonNode stuck) {
    return Words.none(stuck)
        ? ""
        : "; STUCK, since repairs failed again and again: " + Words.count(stuck);
  }

  private static String duration(JsonNode repair) {
    JsonNode seconds = repair.path("seconds");
    if (repair.path("workers").asInt() == 0) {
      return "NOBODY REPAIRS";
    }
    if (seconds.isNull()) {
      return "nothing was written in the last minute, so for how long is not known";
    }
    return "%s %s at %s/s"
        .formatted(
            repair.path("bytes").path("more").asBoolean() ? "at least" : "about",
            Words.seconds(seconds.asLong()),
            Words.bytes(repair.path("bytes_per_second").asLong()));
  }

  private String worst(JsonNode file) {
    int redundancy = file.path("redundancy").asInt();
    long since = file.path("since").asLong();
    return "%s %s%s, repair tried %s"
        .formatted(
            file.path("hash").asString(),
            redundancy < 0 ? "CANNOT BE READ" : "may lose " + Words.of(redundancy, "more shard"),
            since == 0 ? "" : ", seen " + Words.ago(since, now()),
            Words.of(file.path("tries").asLong(), "time"));
  }

  private String garbage() {
    JsonNode garbage = status.path("garbage");
    if (garbage.isNull()) {
      return "unknown";
    }
    long oldest = garbage.path("oldest_due").asLong();
    return "%s due%s, %s in grace"
        .formatted(
            Words.count(garbage.path("due"), "note"),
            oldest == 0 ? "" : " (the oldest since " + Words.time(oldest) + ")",
            Words.count(garbage.path("waiting")));
  }

  /** Why garbage is not collected, for the first line; "" if it is. */
  private String collection() {
    return switch (status.path("garbage").path("state").asString("")) {
      case "STOPPED" -> "the collection of garbage is STOPPED";
      case "DRY_RUN" -> "the collection of garbage is a dry run (mas.garbage.dry-run)";
      case "OFF" -> "the collection of garbage is switched off (mas.garbage.enabled)";
      default -> "";
    };
  }

  private long stoppedSince() {
    return status.path("garbage").path("stopped_since").asLong();
  }

  /** When the store said so, by its own clock. */
  private long now() {
    return status.path("time").asLong();
  }
}

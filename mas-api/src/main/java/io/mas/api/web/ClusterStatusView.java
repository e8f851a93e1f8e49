package io.mas.api.web;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.mas.api.nodes.NodeView;
import io.mas.api.status.ClusterStatus;
import io.mas.api.status.Collecting;
import io.mas.api.status.Condition;
import io.mas.api.status.Count;
import io.mas.api.status.GarbageBacklog;
import io.mas.api.status.RepairBacklog;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * The state of the cluster as operators' tools get it; {@code docs/openapi.yaml} says what each
 * field means. What is null could not be learnt, and is named in {@code unknown}.
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
record ClusterStatusView(
    long time,
    boolean healthy,
    @Nullable Integer mayFail,
    List<Node> nodes,
    @Nullable Repair repair,
    @Nullable Garbage garbage,
    List<ClusterStatus.Unknown> unknown) {

  static ClusterStatusView of(ClusterStatus status) {
    RepairBacklog repair = status.repair();
    GarbageBacklog garbage = status.garbage();
    return new ClusterStatusView(
        status.time(),
        status.healthy(),
        status.mayFail(),
        status.nodes().stream().map(Node::of).toList(),
        repair == null ? null : Repair.of(repair),
        garbage == null ? null : Garbage.of(garbage),
        status.unknown());
  }

  /** A storage node. */
  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  record Node(
      String id,
      String process,
      String address,
      String host,
      String zone,
      Condition state,
      String says,
      long heard,
      long capacity,
      long free) {
    static Node of(NodeView.Standing node) {
      return new Node(
          node.member().id(),
          node.said().process(),
          node.member().address().getAuthority(),
          node.member().host(),
          node.member().zone(),
          Condition.of(node),
          node.state().name(),
          node.heard(),
          node.said().capacityBytes(),
          node.member().freeBytes());
    }
  }

  /** What the repair has before it. */
  @JsonInclude(JsonInclude.Include.ALWAYS)
  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  record Repair(
      Count files,
      Count unreadable,
      Count extents,
      Count stuck,
      Count bytes,
      Count unspread,
      int workers,
      long bytesPerSecond,
      @Nullable Long seconds,
      String held,
      List<LackingFile> worst) {
    static Repair of(RepairBacklog repair) {
      OptionalLong seconds = repair.seconds();
      return new Repair(
          repair.files(),
          repair.unreadable(),
          repair.extents(),
          repair.stuck(),
          repair.bytes(),
          repair.unspread(),
          repair.workers(),
          repair.bytesPerSecond(),
          seconds.isPresent() ? seconds.getAsLong() : null,
          repair.held(),
          repair.worst().stream().map(LackingFile::of).toList());
    }
  }

  /** A file of which a shard is missing. */
  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  record LackingFile(String hash, int redundancy, long since, int tries) {
    static LackingFile of(RepairBacklog.LackingFile file) {
      return new LackingFile(file.hash().hex(), file.redundancy(), file.since(), file.tries());
    }
  }

  /** What the collection has before it. */
  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  record Garbage(
      Count due,
      Count waiting,
      long oldestDue,
      Collecting.State state,
      String stopped,
      long stoppedSince,
      Collecting.Sweep lastSweep) {
    static Garbage of(GarbageBacklog garbage) {
      Collecting collecting = garbage.collecting();
      return new Garbage(
          garbage.due(),
          garbage.waiting(),
          garbage.oldestDue(),
          collecting.state(),
          collecting.stopped(),
          collecting.stoppedSince(),
          collecting.last());
    }
  }
}

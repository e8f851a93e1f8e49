package io.mas.api.status;

import io.mas.api.nodes.NodeView;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the whole cluster is, as far as that could be learnt in time.
 *
 * @param time when it was so, Unix milliseconds
 * @param nodes all nodes ever heard of, in the order of their ids, but those that are lost and of
 *     which nothing is missed any more
 * @param mayFail how many more nodes may fail, whichever they are, so that every file can be read;
 *     negative if one may be unreadable already; null if that could not be learnt
 * @param repair null if it could not be learnt
 * @param garbage null if it could not be learnt
 * @param unknown what could not be learnt
 */
public record ClusterStatus(
    long time,
    List<NodeView.Standing> nodes,
    @Nullable Integer mayFail,
    @Nullable RepairBacklog repair,
    @Nullable GarbageBacklog garbage,
    List<Unknown> unknown) {

  /**
   * Something that could not be learnt.
   *
   * @param what such as {@code repair}
   * @param why for a person
   */
  public record Unknown(String what, String why) {}

  public ClusterStatus {
    nodes = List.copyOf(nodes);
    unknown = List.copyOf(unknown);
  }

  /**
   * Whether every node is up, no file is known to lack a shard, garbage is collected, and all of
   * that could be learnt.
   */
  public boolean healthy() {
    return unknown.isEmpty()
        && !nodes.isEmpty()
        && nodes.stream().allMatch(node -> Condition.of(node) == Condition.UP)
        && repair != null
        && repair.files().none()
        && garbage != null
        && garbage.collecting().state() == Collecting.State.ON;
  }
}

package io.mas.api.nodes;

/**
 * The storage nodes, as the rooms above use them.
 *
 * @param view who they are and who answers
 * @param placement chooses among them
 * @param client speaks to one
 */
public record Nodes(NodeView view, Placement placement, ShardClient client) {}

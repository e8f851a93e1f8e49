package io.mas.api.nodes;

import io.mas.api.metadata.ExtentDocument;
import io.mas.api.metadata.ExtentDocument.Missing;
import io.mas.api.metadata.MetadataStore;
import io.mas.common.object.Layout;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * How many more shards may be lost of any extent on a node, at worst, without reading all extents:
 * as if one of them had shards on every node that is gone, and by those that are known to lack the
 * most. Never more than is true but for extents of a layout that is neither that of new files nor
 * among the oldest on the node.
 */
final class Redundancy {
  /** Extents looked at. */
  private static final int SAMPLE = 20;

  private final MetadataStore metadata;
  private final Layout layout;

  /**
   * @param layout of new files
   */
  Redundancy(MetadataStore metadata, Layout layout) {
    this.metadata = metadata;
    this.layout = layout;
  }

  /**
   * How many of so many nodes may be gone so that all can be read: m, but where there are fewer
   * nodes than shards each has several.
   */
  int survivable(int nodes) {
    return layout.m() / perNode(layout, nodes);
  }

  private static int perNode(Layout layout, int nodes) {
    return Math.ceilDiv(layout.width(), Math.clamp(nodes, 1, layout.width()));
  }

  /**
   * What is left of the worst extent on the node; may be negative.
   *
   * @param gone ids of the nodes that are gone, with this one
   * @param nodes how many there are, gone or not
   */
  int left(String nodeId, Set<String> gone, int nodes) {
    List<ExtentDocument> oldest = metadata.extentsOn(nodeId, null, SAMPLE);
    Stream<Layout> layouts =
        Stream.concat(Stream.of(layout), oldest.stream().map(ExtentDocument::layout));
    IntStream atWorst = layouts.mapToInt(one -> atWorst(one, gone.size(), nodes));
    IntStream known = lackingMost(nodeId).mapToInt(extent -> left(extent, gone));
    return IntStream.concat(atWorst, known).min().orElseThrow();
  }

  private static int atWorst(Layout layout, int gone, int nodes) {
    return layout.m() - gone * perNode(layout, nodes);
  }

  private Stream<ExtentDocument> lackingMost(String nodeId) {
    return metadata.extentsToRepair(Long.MAX_VALUE, SAMPLE).stream()
        .filter(extent -> extent.shards().stream().anyMatch(shard -> shard.node().equals(nodeId)));
  }

  /** Without the columns on those nodes that are not yet known to be missing. */
  private static int left(ExtentDocument extent, Set<String> gone) {
    long more =
        IntStream.range(0, extent.shards().size())
            .filter(i -> gone.contains(extent.shards().get(i).node()))
            .filter(i -> !extent.missing().contains(new Missing(i, Missing.ALL)))
            .count();
    return (int) (extent.redundancy() - more);
  }
}

package io.mas.api.object;

import io.mas.api.block.EncodedBlock;
import io.mas.api.metadata.ExtentDocument;
import io.mas.api.nodes.Fanout;
import io.mas.api.nodes.Member;
import io.mas.api.nodes.NodeException;
import io.mas.api.nodes.Placement;
import io.mas.api.nodes.ShardClient;
import io.mas.common.object.BlockEntry;
import io.mas.common.object.ExtentId;
import io.mas.common.object.Layout;
import io.mas.common.object.ObjectHash;
import io.mas.common.object.ShardKey;
import io.mas.common.protocol.ShardFrame;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * An extent being written: its places, its attempts, and the blocks that are forced on all of them.
 */
final class OpenExtent {
  private final ExtentWriter.Context context;
  private final ExtentId id;
  private final ObjectHash hash;
  private final Layout layout;
  private final boolean belowIdeal;
  private final List<Place> places;
  private final List<BlockEntry> forced = new ArrayList<>();

  /** Where one shard column goes. */
  private record Place(Member node, ShardKey key) {}

  OpenExtent(
      ExtentWriter.Context context,
      ExtentId id,
      ObjectHash hash,
      Placement.Choice choice,
      Layout layout) {
    this.context = context;
    this.id = id;
    this.hash = hash;
    this.layout = layout;
    this.belowIdeal = choice.belowIdeal();
    this.places =
        IntStream.range(0, layout.width())
            .mapToObj(
                i ->
                    new Place(
                        choice.nodes().get(i), new ShardKey(id, i, context.random().nextLong())))
            .toList();
  }

  /** How many blocks are forced on all places. */
  int blocks() {
    return forced.size();
  }

  /**
   * Appends a batch of blocks to every column.
   *
   * @return ids of the nodes that failed; if there are any, the batch does not count
   */
  Set<String> put(List<EncodedBlock> blocks) {
    List<Optional<NodeException>> failures = Fanout.each(places, place -> putColumn(place, blocks));
    Set<String> failed = new HashSet<>();
    for (int i = 0; i < places.size(); i++) {
      Member node = places.get(i).node;
      failures
          .get(i)
          .ifPresent(
              failure -> {
                failed.add(node.id());
                context.nodes().view().failed(node, failure);
              });
    }
    if (failed.size() > mayFail()) {
      return failed;
    }
    blocks.forEach(block -> forced.add(block.entry()));
    return Set.of();
  }

  /** How many nodes may fail in a put that counts: none, since any m may be lost after it. */
  private int mayFail() {
    return context.rules().contains(DataRule.ALL_FORCED) ? 0 : layout.m();
  }

  private void putColumn(Place place, List<EncodedBlock> blocks) throws NodeException {
    List<ShardClient.Payload> payloads = new ArrayList<>();
    for (EncodedBlock block : blocks) {
      EncodedBlock.Shard shard = block.shard(place.key.shard());
      payloads.add(
          new ShardClient.Payload(
              ShardFrame.ok(
                  forced.size() + payloads.size(),
                  block.entry(),
                  (int) shard.bytes().byteSize(),
                  shard.crc()),
              shard.bytes()));
    }
    context
        .nodes()
        .client()
        .put(place.node, new ShardClient.Column(place.key, hash, layout), payloads);
  }

  /** The copies that may exist, for their deletion. */
  List<ShardDeleter.Copy> copies() {
    return places.stream().map(place -> new ShardDeleter.Copy(place.node.id(), place.key)).toList();
  }

  /**
   * The document that publishes the forced blocks; the part's bytes before it are {@code offset}.
   */
  ExtentDocument document(long offset) {
    return new ExtentDocument(
        id,
        hash,
        offset,
        layout,
        1,
        places.stream()
            .map(place -> new ExtentDocument.Shard(place.node.id(), place.key.attempt()))
            .toList(),
        forced,
        Set.of(),
        belowIdeal,
        false);
  }
}

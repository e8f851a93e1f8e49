package io.mas.api.status;

import io.mas.api.metadata.Concern;
import io.mas.api.metadata.ExtentDocument;
import io.mas.api.metadata.ExtentDocument.Missing;
import io.mas.api.metadata.FileDocument;
import io.mas.api.metadata.MetadataStore;
import io.mas.api.metadata.Survival;
import io.mas.api.nodes.NodeView;
import io.mas.api.object.FileInfo;
import io.mas.api.status.FilePlaces.ExtentPlaces;
import io.mas.api.status.FilePlaces.PartPlaces;
import io.mas.api.status.FilePlaces.Place;
import io.mas.api.status.FilePlaces.ShardPlace;
import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import io.mas.common.object.ObjectHash;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Looks up where the shards of a file are, page by page. */
final class FilePages {
  private final MetadataStore metadata;
  private final Map<String, NodeView.Standing> nodes;

  /**
   * @param nodes all nodes, as they are now
   */
  FilePages(MetadataStore metadata, List<NodeView.Standing> nodes) {
    this.metadata = metadata;
    this.nodes =
        nodes.stream().collect(Collectors.toMap(node -> node.member().id(), Function.identity()));
  }

  /**
   * A page.
   *
   * @throws MasException NO_SUCH_FILE if there never was this file, METADATA_UNREACHABLE
   */
  FilePlaces page(ObjectHash hash, Place from) {
    FileDocument file =
        metadata
            .file(hash, Concern.MAJORITY)
            .filter(FileDocument::everLive)
            .orElseThrow(() -> noSuchFile(hash));
    List<PartPlaces> parts = new ArrayList<>();
    int room = FilePlaces.MOST;
    Place at = from;
    while (at.part() < file.parts().size() && room > 0) {
      FileDocument.Part part = file.parts().get(at.part());
      List<ExtentDocument> extents =
          metadata.extents(part.id(), at.ordinal(), room, Concern.MAJORITY);
      Place next = behind(at, part, extents, extents.size() < room);
      parts.add(places(at, next, part, extents));
      room -= Math.max(1, extents.size());
      at = next;
    }
    return new FilePlaces(
        FileInfo.of(file), file.live(), parts, at.part() < file.parts().size() ? at : null);
  }

  private static MasException noSuchFile(ObjectHash hash) {
    return new MasException(
        ErrorCode.NO_SUCH_FILE, "no file %s is stored, or was lately".formatted(hash));
  }

  /**
   * Where the page goes on.
   *
   * @param all whether the part has no more extents than these
   */
  private static Place behind(
      Place at, FileDocument.Part part, List<ExtentDocument> extents, boolean all) {
    long end = extents.isEmpty() ? at.offset() : end(extents.getLast());
    return all || end >= part.length()
        ? new Place(at.part() + 1, 0, 0)
        : new Place(at.part(), extents.getLast().id().ordinal() + 1, end);
  }

  private static long end(ExtentDocument extent) {
    return extent.offset() + extent.length();
  }

  private PartPlaces places(
      Place at, Place next, FileDocument.Part part, List<ExtentDocument> extents) {
    long end = next.part() == at.part() ? next.offset() : part.length();
    long placed = extents.stream().mapToLong(ExtentDocument::length).sum();
    return new PartPlaces(
        at.part(),
        part.id(),
        part.length(),
        extents.stream().map(this::places).toList(),
        Math.max(0, end - at.offset() - placed));
  }

  private ExtentPlaces places(ExtentDocument extent) {
    return new ExtentPlaces(
        extent.id().ordinal(),
        extent.offset(),
        extent.length(),
        extent.layout(),
        extent.redundancy(),
        Survival.mayFail(extent, this::serves),
        extent.belowIdeal(),
        extent.marked(),
        extent.turn().since(),
        extent.turn().waits() ? 0 : extent.turn().next(),
        extent.turn().tries(),
        IntStream.range(0, extent.shards().size()).mapToObj(i -> place(extent, i)).toList());
  }

  private boolean serves(String nodeId) {
    NodeView.Standing node = nodes.get(nodeId);
    return node != null && node.serves();
  }

  private ShardPlace place(ExtentDocument extent, int index) {
    ExtentDocument.Shard shard = extent.shards().get(index);
    return new ShardPlace(
        shard.node(),
        shard.attempt(),
        nodes.get(shard.node()),
        extent.missing().contains(new Missing(index, Missing.ALL)),
        extent.missing().stream()
            .filter(missing -> missing.shard() == index && missing.block() != Missing.ALL)
            .map(Missing::block)
            .sorted()
            .toList());
  }
}

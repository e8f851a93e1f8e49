package io.mas.api.object;

import io.mas.api.block.RequestBuffers;
import io.mas.api.metadata.ExtentDocument;
import io.mas.api.metadata.FileDocument;
import io.mas.common.object.BlockEntry;
import io.mas.common.object.ByteRange;
import io.mas.common.object.ObjectHash;
import io.mas.common.object.PartId;
import java.security.MessageDigest;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Gatherers;
import java.util.stream.Stream;

/** Parts as uploads use them: written, looked at, read back, committed, given up. Thread-safe. */
public final class Parts {
  private final PartWriter writer;
  private final Committer committer;
  private final ShardDeleter deleter;
  private final FreshExtents fresh;
  private final FileReader reader;

  Parts(
      PartWriter writer,
      Committer committer,
      ShardDeleter deleter,
      FreshExtents fresh,
      FileReader reader) {
    this.writer = writer;
    this.committer = committer;
    this.deleter = deleter;
    this.fresh = fresh;
    this.reader = reader;
  }

  public PartWriter writer() {
    return writer;
  }

  public Committer committer() {
    return committer;
  }

  /** Discards a part that was never listed and whose commit was never offered. */
  public void discard(ObjectHash hash, StoredPart part) {
    deleter.discard(hash, part);
  }

  /**
   * Leaves a part to the collection after the grace of deleted files: a chunk or a file may name it
   * for all that is known, and who deletes that file does not end those who read it.
   */
  public void leaveForGrace(ObjectHash hash, StoredPart part) {
    if (part.length() > 0) {
      deleter.leaveForGrace(hash, List.of(part.id()));
    }
  }

  /** Leaves parts to the collection after the grace of deleted files: some may be read. */
  public void leaveForGrace(ObjectHash hash, List<PartId> parts) {
    deleter.leaveForGrace(hash, parts);
  }

  /** Leaves listed parts that nobody needs any more to the collection. */
  public void leaveToCollect(ObjectHash hash, List<PartId> parts) {
    deleter.leaveToCollect(hash, parts);
  }

  /** Discards a part at once if its commit is certainly lost; leaves it for the grace if not. */
  public void giveUp(ObjectHash hash, StoredPart part, boolean certain) {
    if (certain) {
      discard(hash, part);
    } else {
      leaveForGrace(hash, part);
    }
  }

  /**
   * Those of the parts that can still be committed, by their extent documents as they are now: none
   * is marked, and they cover the exact length.
   */
  public Set<PartId> usable(List<FileDocument.Part> parts) {
    return together(parts)
        .flatMap(some -> fresh.of(some).keySet().stream())
        .collect(Collectors.toSet());
  }

  /** The block tables of a part one behind the other, or empty if it is not usable. */
  public Optional<List<BlockEntry>> blocks(FileDocument.Part part) {
    return Optional.ofNullable(fresh.of(List.of(part)).get(part.id()))
        .map(extents -> extents.stream().flatMap(extent -> extent.blocks().stream()).toList());
  }

  /**
   * What came of reading parts back.
   *
   * @param unusable the first part that cannot be committed any more; those behind it were not read
   * @param nodes ids of the nodes that hold shards of the first part
   */
  public record ReadBack(Optional<FileDocument.Part> unusable, Set<String> nodes) {}

  /**
   * Reads parts back, with their extent documents as they are now.
   *
   * @param digest gets all bytes
   * @param progress called now and then
   * @throws io.mas.common.error.MasException TOO_FEW_SHARDS
   */
  public ReadBack readBack(List<FileDocument.Part> parts, MessageDigest digest, Runnable progress) {
    Set<String> nodes = new HashSet<>();
    Sink sink = new Sink(reader.buffers(), digest, progress);
    for (List<FileDocument.Part> some : together(parts).toList()) {
      Map<PartId, List<ExtentDocument>> usable = fresh.of(some);
      for (FileDocument.Part part : some) {
        List<ExtentDocument> extents = usable.get(part.id());
        if (extents == null) {
          return new ReadBack(Optional.of(part), nodes);
        }
        if (nodes.isEmpty()) {
          extents.getFirst().shards().forEach(shard -> nodes.add(shard.node()));
        }
        readBack(part, extents, sink);
      }
    }
    return new ReadBack(Optional.empty(), nodes);
  }

  /** What is common to all parts of a file that are read back. */
  private record Sink(RequestBuffers buffers, MessageDigest digest, Runnable progress) {}

  private void readBack(FileDocument.Part part, List<ExtentDocument> extents, Sink sink) {
    ByteRange whole = new ByteRange(0, part.length());
    FileReader.Span span = new FileReader.Span(List.of(part), fresh.source(extents), whole);
    try (FileReader.Reading reading = reader.read(span, sink.buffers)) {
      reading.digest(sink.digest, sink.progress);
    }
  }

  private static Stream<List<FileDocument.Part>> together(List<FileDocument.Part> parts) {
    return parts.stream().gather(Gatherers.windowFixed(FreshExtents.TOGETHER));
  }
}

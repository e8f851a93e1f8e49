package io.mas.api.object;

import io.mas.api.metadata.ExtentDocument;
import io.mas.api.metadata.FileDocument;
import io.mas.common.object.BlockEntry;
import io.mas.common.object.ByteRange;
import io.mas.common.object.ObjectHash;
import io.mas.common.object.PartId;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

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

  /** Leaves a part to the collection: it was listed, or its commit may have been offered. */
  public void leaveToCollect(ObjectHash hash, StoredPart part) {
    if (part.length() > 0) {
      deleter.leaveToCollect(hash, List.of(part.id()));
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

  /**
   * Discards a part at once if its commit is certainly lost; leaves it to the collection if not.
   */
  public void giveUp(ObjectHash hash, StoredPart part, boolean certain) {
    if (certain) {
      discard(hash, part);
    } else {
      leaveToCollect(hash, part);
    }
  }

  /**
   * Whether a part can still be committed, by its extent documents as they are now: none is marked,
   * and they cover its exact length.
   */
  public boolean usable(FileDocument.Part part) {
    return fresh.of(part).isPresent();
  }

  /** The block tables of a part one behind the other, or empty if it is not usable. */
  public Optional<List<BlockEntry>> blocks(FileDocument.Part part) {
    return fresh
        .of(part)
        .map(
            extents -> {
              List<BlockEntry> rows = new ArrayList<>();
              for (ExtentDocument extent : extents) {
                rows.addAll(extent.blocks());
              }
              return rows;
            });
  }

  /** Ids of the nodes that hold shards of the part's first extent; none if it is not usable. */
  public Set<String> nodesOf(FileDocument.Part part) {
    return fresh.of(part).stream()
        .flatMap(extents -> extents.getFirst().shards().stream())
        .map(ExtentDocument.Shard::node)
        .collect(Collectors.toSet());
  }

  /**
   * Reads a part back, with its extent documents as they are now.
   *
   * @param digest gets all bytes
   * @param progress called now and then
   * @return false if the part is not usable; then nothing was read
   * @throws io.mas.common.error.MasException TOO_FEW_SHARDS
   */
  public boolean readBack(FileDocument.Part part, MessageDigest digest, Runnable progress) {
    List<ExtentDocument> extents = fresh.of(part).orElse(null);
    if (extents == null) {
      return false;
    }
    ByteRange whole = new ByteRange(0, part.length());
    try (FileReader.Reading reading = reader.read(List.of(part), fresh.source(extents), whole)) {
      reading.digest(digest, progress);
      return true;
    }
  }
}

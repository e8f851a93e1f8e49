package io.mas.api.metadata;

import io.mas.common.object.ObjectHash;
import io.mas.common.object.PartId;
import java.util.List;

/**
 * A note to look at parts that may be garbage. It decides nothing: the collection proves by the
 * protocol of design.md, section 3, that nobody refers to a part before it deletes it, so a note
 * too many does no harm, and one too few is found by inventory.
 *
 * @param id random, the document's id
 * @param due Unix milliseconds; not looked at before
 * @param what where to look
 */
public record GarbageDocument(String id, long due, Target what) {

  /** Where to look. */
  public sealed interface Target {
    /** The file whose document is the fence. */
    ObjectHash hash();
  }

  /**
   * These parts, written for {@code hash}.
   *
   * @param fenced a collection has marked them and fenced: nothing can name them any more, only
   *     their shards are not all deleted
   */
  public record Parts(ObjectHash hash, List<PartId> parts, boolean fenced) implements Target {
    public Parts {
      parts = List.copyOf(parts);
    }

    /** Of which no collection has begun. */
    public Parts(ObjectHash hash, List<PartId> parts) {
      this(hash, parts, false);
    }
  }

  /** The parts of one generation of an upload, then its chunk documents. */
  public record Generation(UploadId upload, long generation) implements Target {
    @Override
    public ObjectHash hash() {
      return upload.hash();
    }
  }

  /** The same note with a later due time. */
  public GarbageDocument dueAt(long later) {
    return left(what, later);
  }

  /** What is left of it, at a later due time. */
  public GarbageDocument left(Target rest, long later) {
    return new GarbageDocument(id, later, rest);
  }
}

package io.mas.api.metadata;

import io.mas.common.object.ObjectHash;
import io.mas.common.object.PartId;
import java.util.List;

/**
 * {@code files/{hash}}: the one document that decides whether a file exists. A deleted one is never
 * removed and no version ever falls, so that a late commit cannot win (design.md, section 3).
 *
 * @param hash the file, the document's id
 * @param version 1 at the first write, raised by one with each; an absent document counts as
 *     version 0
 * @param state live or deleted
 * @param size bytes of the file
 * @param name the stored name
 * @param time creation time, Unix milliseconds
 * @param parts the file's parts in order, at most {@value #MAX_PARTS}; empty for an empty file
 */
public record FileDocument(
    ObjectHash hash,
    long version,
    State state,
    long size,
    String name,
    long time,
    List<Part> parts) {
  /** The most parts that a file may have: one for each chunk. */
  public static final int MAX_PARTS = 10_000;

  /** Whether the file exists. */
  public enum State {
    LIVE,
    DELETED
  }

  /**
   * One row of the packed table of parts.
   *
   * @param length bytes of the part, at least 1
   * @param id the part
   */
  public record Part(long length, PartId id) {
    public Part {
      if (length < 1) {
        throw new IllegalArgumentException(
            "part of %d bytes, expected 1 or more".formatted(length));
      }
    }
  }

  public FileDocument {
    if (version < 1) {
      throw new IllegalArgumentException("version " + version + ", expected 1 or more");
    }
    if (parts.size() > MAX_PARTS) {
      throw new IllegalArgumentException(
          "file of %d parts, expected at most %d".formatted(parts.size(), MAX_PARTS));
    }
    parts = List.copyOf(parts);
  }

  public boolean live() {
    return state == State.LIVE;
  }

  /** Whether there ever was a file: the fence of a collection makes a document without a time. */
  public boolean everLive() {
    return time > 0;
  }

  /** Whether this is one of the parts that the document names. */
  public boolean names(PartId part) {
    return parts.stream().anyMatch(p -> p.id().equals(part));
  }

  /** The next version of this document, deleted. */
  public FileDocument deleted() {
    return new FileDocument(hash, version + 1, State.DELETED, size, name, time, parts);
  }

  /** The same document under the next version: the fence of a collection. */
  public FileDocument fenced() {
    return new FileDocument(hash, version + 1, state, size, name, time, parts);
  }
}

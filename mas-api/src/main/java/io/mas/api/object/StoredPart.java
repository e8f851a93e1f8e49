package io.mas.api.object;

import io.mas.api.metadata.FileDocument;
import io.mas.common.object.PartId;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A part whose bytes are fsynced and whose extent documents are in force, but which nothing refers
 * to.
 *
 * @param id the part
 * @param length bytes; 0 if the body was empty: then there is no part
 * @param nodes ids of nodes that hold shards of its first extent
 */
public record StoredPart(PartId id, long length, Set<String> nodes) {
  public StoredPart {
    nodes = Set.copyOf(nodes);
  }

  /** The rows that a file made of this part has: one, or none if it is empty. */
  public List<FileDocument.Part> rows() {
    return Optional.of(length).filter(bytes -> bytes > 0).stream()
        .map(bytes -> new FileDocument.Part(bytes, id))
        .toList();
  }
}

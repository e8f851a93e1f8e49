package io.mas.api.garbage;

import io.mas.api.metadata.ChunkDocument;
import io.mas.api.metadata.Concern;
import io.mas.api.metadata.FileDocument;
import io.mas.api.metadata.MetadataStore;
import io.mas.api.metadata.UploadDocument;
import io.mas.common.object.ObjectHash;
import io.mas.common.object.PartId;
import java.util.HashSet;
import java.util.Set;

/** What refers to parts. Thread-safe. */
final class References {
  private final MetadataStore metadata;
  private final Set<GarbageRule> rules;

  References(MetadataStore metadata, Set<GarbageRule> rules) {
    this.metadata = metadata;
    this.rules = rules;
  }

  /**
   * The parts that the document of a file names, live or deleted, and those that chunks of its
   * uploads list. A deleted file's parts are left to the note of its deletion, which gives readers
   * their grace.
   */
  Set<PartId> of(ObjectHash hash) {
    Set<PartId> parts = new HashSet<>();
    if (rules.contains(GarbageRule.LISTED)) {
      // before the file: when a finished upload is forgotten, the file names its parts already
      for (UploadDocument upload : metadata.uploads(hash)) {
        metadata.chunks(upload.id(), upload.generation()).stream()
            .map(ChunkDocument::part)
            .forEach(parts::add);
      }
    }
    metadata.file(hash, Concern.LINEARIZABLE).stream()
        .flatMap(file -> file.parts().stream())
        .map(FileDocument.Part::id)
        .forEach(parts::add);
    return parts;
  }
}

package io.mas.api.garbage;

import io.mas.api.metadata.ChunkDocument;
import io.mas.api.metadata.Concern;
import io.mas.api.metadata.FileDocument;
import io.mas.api.metadata.MetadataStore;
import io.mas.api.metadata.UploadDocument;
import io.mas.common.object.ObjectHash;
import io.mas.common.object.PartId;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What refers to parts. Thread-safe. */
final class References {
  private final MetadataStore metadata;
  private final Set<GarbageRule> rules;

  References(MetadataStore metadata, Set<GarbageRule> rules) {
    this.metadata = metadata;
    this.rules = rules;
  }

  /** The parts that a live file names, and those that chunks of its uploads list. */
  Set<PartId> needed(ObjectHash hash) {
    Set<PartId> parts = listed(hash);
    parts.addAll(named(metadata.file(hash, Concern.LINEARIZABLE).filter(FileDocument::live)));
    return parts;
  }

  /**
   * These, and the parts that a deleted file's document names, which are left to the note of its
   * deletion for as long as they have documents: it gives readers their grace.
   */
  Set<PartId> neededOrNoted(ObjectHash hash) {
    Set<PartId> parts = listed(hash);
    parts.addAll(named(metadata.file(hash, Concern.LINEARIZABLE)));
    return parts;
  }

  /** The parts that the document of a deleted file names: they are never live again. */
  Set<PartId> deleted(ObjectHash hash) {
    return named(metadata.file(hash, Concern.MAJORITY).filter(file -> !file.live()));
  }

  /** Read before the file: when a finished upload is forgotten, the file names its parts. */
  private Set<PartId> listed(ObjectHash hash) {
    Set<PartId> parts = new HashSet<>();
    if (rules.contains(GarbageRule.LISTED)) {
      for (UploadDocument upload : metadata.uploads(hash)) {
        metadata.chunks(upload.id(), upload.generation()).stream()
            .map(ChunkDocument::part)
            .forEach(parts::add);
      }
    }
    return parts;
  }

  private static Set<PartId> named(Optional<FileDocument> file) {
    return file.stream()
        .flatMap(one -> one.parts().stream())
        .map(FileDocument.Part::id)
        .collect(Collectors.toSet());
  }
}

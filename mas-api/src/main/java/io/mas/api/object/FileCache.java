package io.mas.api.object;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.mas.api.metadata.FileDocument;
import io.mas.api.metadata.MetadataStore;
import io.mas.api.metadata.SureFile;
import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import io.mas.common.object.ObjectHash;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * File documents for downloads, and for nothing that decides. Each download reads the document;
 * what was read last serves only while the metadata do not answer, and not for long: the file may
 * have been deleted meanwhile. Thread-safe.
 */
final class FileCache {
  /** How old a document may be that serves (design.md, section 4). */
  private static final Duration KEPT = Duration.ofSeconds(60);

  /** Bound of the cache in rows of part tables, about 64 bytes each; a document counts as 8. */
  private static final long MAX_ROWS = 200_000;

  private final MetadataStore metadata;
  private final Set<DataRule> rules;
  private final Cache<ObjectHash, FileDocument> seen;

  FileCache(MetadataStore metadata, InstantSource clock, Set<DataRule> rules) {
    this.metadata = metadata;
    this.rules = rules;
    this.seen =
        Caffeine.newBuilder()
            .ticker(() -> TimeUnit.MILLISECONDS.toNanos(clock.millis()))
            .expireAfterWrite(KEPT)
            .maximumWeight(MAX_ROWS)
            .weigher((ObjectHash hash, FileDocument file) -> file.parts().size() + 8)
            .build();
  }

  /** The document as it is now; as it was a short time ago while the metadata do not answer. */
  Optional<FileDocument> read(ObjectHash hash) {
    return rules.contains(DataRule.FILE_IS_LOOKED_AT)
        ? look(hash)
        : Optional.ofNullable(seen.getIfPresent(hash)).or(() -> look(hash));
  }

  private Optional<FileDocument> look(ObjectHash hash) {
    try {
      return SureFile.ifNot(concern -> metadata.file(hash, concern).map(this::saw));
    } catch (MasException e) {
      @Nullable FileDocument kept = seen.getIfPresent(hash);
      if (kept == null || e.code() != ErrorCode.METADATA_UNREACHABLE) {
        throw e;
      }
      return Optional.of(kept);
    }
  }

  /**
   * Learns a document, live or deleted.
   *
   * @return the newest that is known: a read may be older than what was seen before
   */
  FileDocument saw(FileDocument file) {
    return seen.asMap()
        .merge(file.hash(), file, (old, now) -> now.version() >= old.version() ? now : old);
  }
}

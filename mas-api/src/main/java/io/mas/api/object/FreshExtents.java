package io.mas.api.object;

import io.mas.api.metadata.Concern;
import io.mas.api.metadata.ExtentDocument;
import io.mas.api.metadata.FileDocument;
import io.mas.api.metadata.MetadataStore;
import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import io.mas.common.object.PartId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Extent documents for decisions: read afresh, never from a cache, and only of parts that can still
 * be committed. Thread-safe.
 */
final class FreshExtents {
  private static final int PAGE = 16;

  private final MetadataStore metadata;

  FreshExtents(MetadataStore metadata) {
    this.metadata = metadata;
  }

  /**
   * The extents of a part, or empty if one is marked, or they do not cover ordinals 0 to n and the
   * exact length.
   */
  Optional<List<ExtentDocument>> of(FileDocument.Part part) {
    List<ExtentDocument> all = new ArrayList<>();
    List<ExtentDocument> page;
    long length = 0;
    do {
      page = metadata.extents(part.id(), all.size(), PAGE, Concern.LINEARIZABLE);
      for (ExtentDocument extent : page) {
        boolean next = extent.id().ordinal() == all.size() && extent.offset() == length;
        if (!next || extent.marked()) {
          return Optional.empty();
        }
        all.add(extent);
        length += extent.length();
      }
    } while (page.size() == PAGE);
    return length == part.length() ? Optional.of(all) : Optional.empty();
  }

  /** Extents that were read just now, as a source for one reading. */
  ExtentSource source(List<ExtentDocument> extents) {
    return new ExtentSource() {
      @Override
      public ExtentDocument at(PartId part, long offset) {
        return extents.stream()
            .filter(extent -> offset < extent.offset() + extent.length())
            .findFirst()
            .orElseThrow(() -> gone(part));
      }

      @Override
      public ExtentDocument again(ExtentDocument stale) {
        return metadata
            .extent(stale.id(), Concern.LINEARIZABLE)
            .orElseThrow(() -> gone(stale.id().part()));
      }
    };
  }

  private static MasException gone(PartId part) {
    return new MasException(
        ErrorCode.TOO_FEW_SHARDS, "extents of part %s are gone".formatted(part));
  }
}

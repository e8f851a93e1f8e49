package io.mas.api.object;

import io.mas.api.metadata.Concern;
import io.mas.api.metadata.ExtentDocument;
import io.mas.api.metadata.FileDocument;
import io.mas.api.metadata.MetadataStore;
import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import io.mas.common.object.ExtentId;
import io.mas.common.object.PartId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Extent documents for decisions: read afresh, never from a cache, and only of parts that can still
 * be committed. Thread-safe.
 */
final class FreshExtents {
  /** Parts looked at with one read; a chunk's part has one extent as a rule. */
  static final int TOGETHER = 32;

  private static final int PAGE = 16;

  private final MetadataStore metadata;

  FreshExtents(MetadataStore metadata) {
    this.metadata = metadata;
  }

  /**
   * The extents of each part; of none that has a marked one, or whose extents do not cover ordinals
   * 0 to n and its exact length.
   *
   * @param parts at most {@link #TOGETHER}
   */
  Map<PartId, List<ExtentDocument>> of(List<FileDocument.Part> parts) {
    List<ExtentId> ids = parts.stream().map(part -> new ExtentId(part.id(), 0)).toList();
    Map<PartId, ExtentDocument> firsts =
        metadata.extents(ids, Concern.LINEARIZABLE).stream()
            .collect(Collectors.toMap(extent -> extent.id().part(), Function.identity()));
    Map<PartId, List<ExtentDocument>> usable = new HashMap<>();
    for (FileDocument.Part part : parts) {
      ExtentDocument first = firsts.get(part.id());
      if (first != null) {
        all(part, first).ifPresent(extents -> usable.put(part.id(), extents));
      }
    }
    return usable;
  }

  private Optional<List<ExtentDocument>> all(FileDocument.Part part, ExtentDocument first) {
    List<ExtentDocument> all = new ArrayList<>();
    List<ExtentDocument> page = List.of(first);
    long length = 0;
    while (!page.isEmpty()) {
      for (ExtentDocument extent : page) {
        boolean next = extent.id().ordinal() == all.size() && extent.offset() == length;
        if (!next || extent.marked()) {
          return Optional.empty();
        }
        all.add(extent);
        length += extent.length();
      }
      page =
          length < part.length()
              ? metadata.extents(part.id(), all.size(), PAGE, Concern.LINEARIZABLE)
              : List.of();
    }
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

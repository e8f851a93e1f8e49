package io.mas.api.object;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import io.mas.api.metadata.Concern;
import io.mas.api.metadata.ExtentDocument;
import io.mas.api.metadata.MetadataStore;
import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import io.mas.common.object.ExtentId;
import io.mas.common.object.PartId;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Extent documents for serving. Their blocks never change, only their placement: an entry is read
 * again when it proves stale. Thread-safe.
 */
final class ExtentCache implements ExtentSource {
  /** Bound of the cache in rows of block tables, about 64 bytes each. */
  private static final long MAX_ROWS = 100_000;

  /** Documents read at once: the rest of a file that is read from the start follows soon. */
  private static final int AHEAD = 4;

  /**
   * What lacks shards is repaired soon, and nothing but the document says so: until it is read
   * again, parity is read in their place.
   */
  private static final Duration LACKING_FOR = Duration.ofSeconds(2);

  private static final Duration FOR_GOOD = Duration.ofDays(36_500);

  private final MetadataStore metadata;
  private final Cache<ExtentId, ExtentDocument> cache =
      Caffeine.newBuilder()
          .maximumWeight(MAX_ROWS)
          .weigher((ExtentId id, ExtentDocument extent) -> extent.blocks().size() + 8)
          .expireAfter(Expiry.writing((ExtentId id, ExtentDocument extent) -> lasts(extent)))
          .build();

  ExtentCache(MetadataStore metadata) {
    this.metadata = metadata;
  }

  private static Duration lasts(ExtentDocument extent) {
    return extent.missing().isEmpty() ? FOR_GOOD : LACKING_FOR;
  }

  @Override
  public ExtentDocument at(PartId part, long offset) {
    ExtentDocument extent = get(new ExtentId(part, 0));
    // Extents sealed early are short, so the wanted one has at least the ordinal of full ones.
    long full = (long) ExtentDocument.MAX_BLOCKS * extent.layout().blockSize();
    int ordinal = Math.toIntExact(offset / full);
    if (ordinal > 0) {
      extent = get(new ExtentId(part, ordinal));
    }
    while (offset >= extent.offset() + extent.length()) {
      extent = get(new ExtentId(part, extent.id().ordinal() + 1));
    }
    return extent;
  }

  /** Forgets an extent whose document has changed. */
  void forget(ExtentId id) {
    cache.invalidate(id);
  }

  /** What is known stays known if the metadata do not answer. */
  @Override
  public ExtentDocument again(ExtentDocument stale) {
    return read(stale.id());
  }

  private ExtentDocument get(ExtentId id) {
    @Nullable ExtentDocument cached = cache.getIfPresent(id);
    return cached == null ? read(id) : cached;
  }

  private ExtentDocument read(ExtentId id) {
    List<ExtentDocument> found = metadata.extents(id.part(), id.ordinal(), AHEAD, Concern.MAJORITY);
    found.forEach(extent -> cache.put(extent.id(), extent));
    return found.stream()
        .filter(extent -> extent.id().equals(id))
        .findFirst()
        .orElseThrow(() -> gone(id));
  }

  private MasException gone(ExtentId id) {
    forget(id);
    return new MasException(ErrorCode.TOO_FEW_SHARDS, "the file's extent %s is gone".formatted(id));
  }
}

package io.mas.api.object;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.mas.api.metadata.Concern;
import io.mas.api.metadata.ExtentDocument;
import io.mas.api.metadata.MetadataStore;
import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import io.mas.common.object.ExtentId;
import io.mas.common.object.PartId;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Extent documents for serving. Their blocks never change, only their placement: an entry is read
 * again when it proves stale, and now and then while no node could show that it is. Thread-safe.
 */
final class ExtentCache implements ExtentSource {
  /** Bound of the cache in rows of block tables, about 64 bytes each. */
  private static final long MAX_ROWS = 100_000;

  /** Documents read at once: the rest of a file that is read from the start follows soon. */
  private static final int AHEAD = 4;

  /**
   * What lacks shards, or names a node that is gone, is repaired soon, and nothing but the document
   * says so: until it is read again, parity is read in their place.
   */
  private static final Duration LACKING_FOR = Duration.ofSeconds(2);

  /**
   * While the metadata do not answer, what is known serves, and one reader of an extent waits for
   * their time-out so often.
   */
  private static final Duration UNANSWERED_FOR = Duration.ofSeconds(30);

  private final MetadataStore metadata;
  private final Predicate<String> gone;
  private final InstantSource clock;
  private final Cache<ExtentId, Entry> cache =
      Caffeine.newBuilder()
          .maximumWeight(MAX_ROWS)
          .weigher((ExtentId id, Entry entry) -> entry.extent.blocks().size() + 8)
          .build();

  /**
   * What is known of an extent.
   *
   * @param read when it was read, or somebody began to read it again, Unix milliseconds
   * @param serves how long it serves if it lacks shards
   */
  private record Entry(ExtentDocument extent, long read, Duration serves) {

    /** A clock that was set back must not keep it for hours. */
    boolean old(long now) {
      return Math.abs(now - read) > serves.toMillis();
    }
  }

  /**
   * @param gone whether nothing is to be expected of the node with this id, so that no answer of it
   *     will ever show that an entry is stale
   * @param clock for the age of entries
   */
  ExtentCache(MetadataStore metadata, Predicate<String> gone, InstantSource clock) {
    this.metadata = metadata;
    this.gone = gone;
    this.clock = clock;
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
    @Nullable Entry cached = cache.getIfPresent(id);
    if (cached == null) {
      return read(id);
    }
    return lacking(cached.extent) && begins(cached) ? readIfAnswered(cached.extent) : cached.extent;
  }

  private boolean lacking(ExtentDocument extent) {
    return !extent.missing().isEmpty()
        || extent.shards().stream().anyMatch(shard -> gone.test(shard.node()));
  }

  /** Whether it is time to read an entry again; for one reader, the others go on meanwhile. */
  private boolean begins(Entry entry) {
    long now = clock.millis();
    Entry next = new Entry(entry.extent, now, UNANSWERED_FOR);
    return entry.old(now) && cache.asMap().replace(entry.extent.id(), entry, next);
  }

  private ExtentDocument readIfAnswered(ExtentDocument known) {
    try {
      return read(known.id());
    } catch (MasException e) {
      if (e.code() != ErrorCode.METADATA_UNREACHABLE) {
        throw e;
      }
      return known;
    }
  }

  private ExtentDocument read(ExtentId id) {
    List<ExtentDocument> found = metadata.extents(id.part(), id.ordinal(), AHEAD, Concern.MAJORITY);
    long now = clock.millis();
    found.forEach(extent -> cache.put(extent.id(), new Entry(extent, now, LACKING_FOR)));
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

package io.mas.api.garbage;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.mas.api.metadata.ExtentDocument;
import io.mas.api.metadata.MetadataStore;
import io.mas.api.object.Parts;
import io.mas.common.object.ExtentId;
import io.mas.common.object.Layout;
import io.mas.common.object.ObjectHash;
import io.mas.common.object.PartId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds parts that have extent documents and that nothing refers to, and leaves a note of each to
 * the collection, which proves it anew after the grace of deleted files: somebody may be reading
 * what was replaced. Thread-safe.
 */
final class UnnamedParts {
  private static final int PAGE = 100;

  /** Parts that were noted by this process and are not noted again; a note too many is harmless. */
  private static final int MOST_NOTED = 100_000;

  private final MetadataStore metadata;
  private final References references;
  private final Parts parts;
  private final Pace pace;
  private final Cache<PartId, Boolean> noted =
      Caffeine.newBuilder().maximumSize(MOST_NOTED).executor(Runnable::run).build();

  UnnamedParts(MetadataStore metadata, References references, Parts parts, Pace pace) {
    this.metadata = metadata;
    this.references = references;
    this.parts = parts;
    this.pace = pace;
  }

  /**
   * What the metadata hold.
   *
   * @param looked parts
   * @param layouts of the extents that were looked at
   * @param all whether that were all old ones
   */
  record Look(long looked, List<UnnamedPart> unnamed, Set<Layout> layouts, boolean all) {}

  /**
   * Looks at the extents of all old parts, or until so much is found that nothing will be deleted.
   *
   * @param bornBefore younger parts are left alone
   * @param most garbage that may be found
   */
  Look look(Instant bornBefore, long most) {
    Looking looking = new Looking();
    @Nullable ExtentId after = null;
    boolean more;
    do {
      List<ExtentDocument> page = metadata.extents(after, PAGE);
      List<ExtentDocument> old =
          page.stream().filter(one -> !one.id().part().born().isAfter(bornBefore)).toList();
      looking.look(old);
      after = page.isEmpty() ? null : page.getLast().id();
      more = !page.isEmpty() && old.size() == page.size(); // all others are younger
      pace.next();
    } while (more && looking.unnamed.size() <= most);
    return looking.result(!more);
  }

  /** One look, page by page. */
  private final class Looking {
    private final List<UnnamedPart> unnamed = new ArrayList<>();
    private final Set<Layout> layouts = new HashSet<>();
    private @Nullable PartId last;
    private long looked;

    /**
     * Looks at the parts of some extents. What the files name is read of all at once, and need not
     * be new: a part that was named is left alone. Only of the others all is asked for.
     */
    void look(List<ExtentDocument> extents) {
      Map<ObjectHash, Set<PartId>> parts = new LinkedHashMap<>();
      for (ExtentDocument extent : extents) {
        PartId part = extent.id().part();
        layouts.add(extent.layout());
        if (!part.equals(last)) {
          parts.computeIfAbsent(extent.hash(), _ -> new LinkedHashSet<>()).add(part);
          looked++;
        }
        last = part;
      }
      metadata
          .files(parts.keySet())
          .forEach(file -> parts.getOrDefault(file.hash(), Set.of()).removeIf(file::names));
      parts.forEach(this::look);
    }

    private void look(ObjectHash hash, Set<PartId> parts) {
      parts.removeIf(part -> noted.getIfPresent(part) != null);
      if (!parts.isEmpty()) {
        parts.removeAll(references.neededOrNoted(hash));
        parts.forEach(part -> unnamed.add(new UnnamedPart(hash, part)));
      }
    }

    Look result(boolean all) {
      return new Look(looked, unnamed, layouts, all);
    }
  }

  /** Leaves a part to the collection. */
  void note(UnnamedPart found) {
    parts.leaveForGrace(found.hash(), List.of(found.part()));
    noted.put(found.part(), true);
  }
}

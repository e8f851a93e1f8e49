package io.mas.api.garbage;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.mas.api.metadata.ExtentDocument;
import io.mas.api.metadata.MetadataStore;
import io.mas.api.object.Parts;
import io.mas.common.object.ExtentId;
import io.mas.common.object.ObjectHash;
import io.mas.common.object.PartId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
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

  /** Files whose references are remembered in one look: the parts of a file come close together. */
  private static final int REMEMBERED = 64;

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
   */
  record Look(long looked, List<UnnamedPart> unnamed) {}

  /**
   * Looks at the extents of all old parts, or until so much is found that nothing will be deleted.
   *
   * @param bornBefore younger parts are left alone
   * @param most garbage that may be found
   */
  Look look(Instant bornBefore, long most) {
    Looking looking = new Looking();
    @Nullable ExtentId after = null;
    List<ExtentDocument> page;
    do {
      page = metadata.extents(after, PAGE);
      for (ExtentDocument extent : page) {
        if (extent.id().part().born().isAfter(bornBefore)) {
          return looking.result(); // all others are younger
        }
        looking.look(extent);
        after = extent.id();
      }
      pace.next();
    } while (!page.isEmpty() && looking.unnamed.size() <= most);
    return looking.result();
  }

  /** One look, page by page. */
  private final class Looking {
    private final List<UnnamedPart> unnamed = new ArrayList<>();
    private final Map<ObjectHash, Set<PartId>> referred =
        new LinkedHashMap<>() {
          private static final long serialVersionUID = 1;

          @Override
          protected boolean removeEldestEntry(Map.Entry<ObjectHash, Set<PartId>> eldest) {
            return size() > REMEMBERED;
          }
        };
    private @Nullable PartId last;
    private long looked;

    void look(ExtentDocument extent) {
      PartId part = extent.id().part();
      if (part.equals(last)) {
        return;
      }
      last = part;
      looked++;
      boolean named =
          referred.computeIfAbsent(extent.hash(), references::neededOrNoted).contains(part);
      if (!named && noted.getIfPresent(part) == null) {
        unnamed.add(new UnnamedPart(extent.hash(), part));
      }
    }

    Look result() {
      return new Look(looked, unnamed);
    }
  }

  /** Leaves a part to the collection. */
  void note(UnnamedPart found) {
    parts.leaveForGrace(found.hash(), List.of(found.part()));
    noted.put(found.part(), true);
  }
}

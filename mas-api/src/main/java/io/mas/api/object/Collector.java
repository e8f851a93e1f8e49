package io.mas.api.object;

import io.mas.api.metadata.Concern;
import io.mas.api.metadata.ExtentDocument;
import io.mas.api.metadata.FileDocument;
import io.mas.api.metadata.MetadataStore;
import io.mas.api.metadata.WriteOutcome;
import io.mas.common.object.ObjectHash;
import io.mas.common.object.PartId;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The one way to delete parts that were ever listed, or offered and not certainly lost (design.md,
 * section 3, Collect; modelled in {@code commit_model.py}): mark, look, fence, delete. Any number
 * of collections, commits and deletes may run at once, and any of them may stop at any step.
 * Whichever way a part came here, the commit records of the nodes are asked first, so that metadata
 * of an old backup delete nothing that was committed after it. Thread-safe.
 */
public final class Collector {
  /** Rounds against others who change the file's document, before the rest is left for later. */
  private static final int MAX_ROUNDS = 100;

  /** Extent documents marked in one go. */
  private static final int PAGE = 16;

  private final MetadataStore metadata;
  private final CommitProtection protection;
  private final ShardDeleter deleter;
  private final ObjectMetrics metrics;
  private final Set<ProtocolRule> rules;

  Collector(
      MetadataStore metadata,
      CommitProtection protection,
      ShardDeleter deleter,
      ObjectMetrics metrics,
      Set<ProtocolRule> rules) {
    this.metadata = metadata;
    this.protection = protection;
    this.deleter = deleter;
    this.metrics = metrics;
    this.rules = rules;
  }

  /** What came of a collection. */
  public sealed interface Outcome {}

  /** All that could be is deleted. */
  public record Done() implements Outcome {}

  /**
   * Nothing can name these parts any more; some of their shards are left, for {@link #resume}.
   *
   * @param parts those that were marked and fenced
   */
  public record Fenced(Set<PartId> parts) implements Outcome {
    public Fenced {
      parts = Set.copyOf(parts);
    }
  }

  /** It is to be tried again. */
  public record Later() implements Outcome {}

  /** Collects those of the parts that the live file does not name. */
  public Outcome collect(ObjectHash hash, Collection<PartId> parts) {
    Optional<FileDocument> known = metadata.file(hash, Concern.LINEARIZABLE);
    Set<PartId> left = unnamed(known, parts);
    if (left.isEmpty()) {
      return new Done(); // not even worth a mark
    }
    // Before the mark, which is for good, and the fence, which raises the version above a record's.
    if (!protection.releases(hash, known)) {
      return new Later();
    }
    if (rules.contains(ProtocolRule.MARK_BEFORE_FENCE)) {
      if (!mark(left)) {
        return new Later();
      }
      CrashPoint.reached("collect.marked");
    }
    for (int round = 0; round < MAX_ROUNDS; round++) {
      Optional<FileDocument> file = metadata.file(hash, Concern.LINEARIZABLE);
      left = unnamed(file, left);
      if (left.isEmpty()) {
        return new Done();
      }
      if (fence(hash, file)) {
        CrashPoint.reached("collect.fenced");
        if (!rules.contains(ProtocolRule.MARK_BEFORE_FENCE)) {
          boolean ignored = mark(left); // the rule left out: nothing to rely on
        }
        return delete(left) ? new Done() : new Fenced(left);
      }
    }
    return new Later();
  }

  /**
   * Goes on deleting what a collection has fenced. It does not fence again: each time that would
   * make the uploads of the file that are under way begin anew, and a node that deletes nothing may
   * stay as it is for long. The marks are for good, so whoever looked at the parts after the fence
   * does not name them.
   *
   * @return whether all is deleted
   */
  public boolean resume(ObjectHash hash, Collection<PartId> parts) {
    Optional<FileDocument> known = metadata.file(hash, Concern.LINEARIZABLE);
    Set<PartId> left = unnamed(known, parts);
    return left.isEmpty() || (protection.releases(hash, known) && delete(left));
  }

  /** The parts that a live file does not name. */
  private Set<PartId> unnamed(Optional<FileDocument> file, Collection<PartId> parts) {
    Set<PartId> left = new HashSet<>(parts);
    if (rules.contains(ProtocolRule.NAMED_CHECK)) {
      file.filter(FileDocument::live)
          .ifPresent(live -> live.parts().forEach(part -> left.remove(part.id())));
    }
    return left;
  }

  /** Marks every extent document of the parts, for good; false if others were always quicker. */
  private boolean mark(Set<PartId> parts) {
    return !rules.contains(ProtocolRule.MARK) || parts.stream().allMatch(this::mark);
  }

  private boolean mark(PartId part) {
    int from = 0;
    int failed = 0;
    List<ExtentDocument> page;
    do {
      page = metadata.extents(part, from, PAGE, Concern.LINEARIZABLE);
      for (ExtentDocument extent : page) {
        boolean done =
            extent.marked()
                || metadata.compareAndSetExtent(extent.withMark()) == WriteOutcome.APPLIED;
        if (!done) {
          failed++;
          break; // changed meanwhile: read it again
        }
        from = extent.id().ordinal() + 1;
      }
    } while (!page.isEmpty() && failed < MAX_ROUNDS);
    return failed < MAX_ROUNDS;
  }

  /**
   * Raises the file's version, so that no commit on an older one can win; false if it has changed.
   */
  private boolean fence(ObjectHash hash, Optional<FileDocument> file) {
    if (!rules.contains(ProtocolRule.FENCE)) {
      return true;
    }
    FileDocument next =
        file.map(FileDocument::fenced)
            .orElseGet(
                () -> new FileDocument(hash, 1, FileDocument.State.DELETED, 0, "", 0, List.of()));
    return metadata.compareAndSetFile(next) == WriteOutcome.APPLIED;
  }

  private boolean delete(Set<PartId> parts) {
    boolean all = true;
    for (PartId part : parts) {
      boolean gone = deleter.deletePart(part);
      metrics.collected(gone ? 1 : 0);
      all &= gone;
    }
    return all;
  }
}

package io.mas.api.object;

import io.mas.api.metadata.Concern;
import io.mas.api.metadata.FileDocument;
import io.mas.api.metadata.MetadataStore;
import io.mas.api.metadata.WriteOutcome;
import io.mas.api.nodes.Member;
import java.util.List;
import java.util.Set;

/**
 * Makes a file exist: one compare-and-set of its document, on a version that was read before
 * (design.md, section 3, Commit). Thread-safe.
 */
public final class Committer {
  private final MetadataStore metadata;
  private final CommitRecords records;
  private final Set<ProtocolRule> rules;

  Committer(MetadataStore metadata, CommitRecords records, Set<ProtocolRule> rules) {
    this.metadata = metadata;
    this.records = records;
    this.rules = rules;
  }

  /** What became of a commit. */
  public sealed interface Result {}

  /** The file is stored and consists of the own parts. */
  public record Mine(FileDocument file) implements Result {}

  /**
   * Another live file was there first; its content is the same.
   *
   * @param certain whether the own commit will never be in force
   */
  public record Others(FileDocument file, boolean certain) implements Result {}

  /**
   * The version had changed; there is no live file.
   *
   * @param certain whether the own commit will never be in force
   */
  public record Lost(boolean certain) implements Result {}

  /**
   * Commits {@code file}, whose version is the one that was read and one more.
   *
   * @param holders nodes that hold the file's shards, for the commit records
   */
  public Result commit(FileDocument file, Set<String> holders) {
    List<Member> prepared = records.prepare(file, holders);
    CrashPoint.reached("commit.prepared");
    WriteOutcome outcome = metadata.compareAndSetFile(file);
    CrashPoint.reached("commit.applied");
    Result result = outcome == WriteOutcome.APPLIED ? new Mine(file) : look(file, outcome);
    if (result instanceof Mine) {
      records.committed(file, prepared);
    }
    return result;
  }

  private Result look(FileDocument file, WriteOutcome outcome) {
    if (!rules.contains(ProtocolRule.LOST_MAY_BE_MINE)) {
      return new Lost(true);
    }
    boolean certain = outcome == WriteOutcome.REFUSED;
    FileDocument now = metadata.file(file.hash(), Concern.LINEARIZABLE).orElse(null);
    if (now == null || !now.live()) {
      return new Lost(certain);
    }
    return now.parts().equals(file.parts()) ? new Mine(now) : new Others(now, certain);
  }
}

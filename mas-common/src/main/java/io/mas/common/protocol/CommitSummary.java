package io.mas.common.protocol;

import org.jspecify.annotations.Nullable;

/**
 * What a commit record says of a file's version, without the parts: enough to judge whether the
 * metadata are older than it.
 *
 * @param version of the file document that the commit makes
 * @param state how far the commit had come; null if the record is damaged, of which only the
 *     version is known, by its name
 * @param time creation time, Unix seconds; 0 if the record is damaged
 */
public record CommitSummary(long version, CommitRecord.@Nullable State state, long time) {

  /** What is known of a record that is damaged. */
  public static CommitSummary damaged(long version) {
    return new CommitSummary(version, null, 0);
  }

  /** Of a whole record. */
  public static CommitSummary of(CommitRecord record) {
    return new CommitSummary(record.version(), record.state(), record.time());
  }
}

package io.mas.common.protocol;

import io.mas.common.object.ObjectHash;
import java.util.List;

/**
 * What a node keeps of a file's commit, so that lost metadata can be rebuilt from the nodes alone
 * (design.md, section 5).
 *
 * @param format format number, {@value #FORMAT}
 * @param hash the file
 * @param version the version of the file document that the commit makes
 * @param state how far the commit had come
 * @param size bytes of the file
 * @param name the file's stored name
 * @param time creation time, Unix seconds
 * @param parts the file's parts in order
 */
public record CommitRecord(
    int format,
    ObjectHash hash,
    long version,
    State state,
    long size,
    String name,
    long time,
    List<Part> parts) {
  /** The only format of this record so far. */
  public static final int FORMAT = 1;

  /** How far a commit had come. */
  public enum State {
    PREPARED,
    COMMITTED,
    DELETED
  }

  /**
   * A part of the file.
   *
   * @param length bytes of the part
   * @param id the part's id, 32 hexadecimal digits
   */
  public record Part(long length, String id) {}

  public CommitRecord {
    if (format != FORMAT) {
      throw new IllegalArgumentException(
          "commit record of format %d, this version of MAS knows %d: upgrade MAS"
              .formatted(format, FORMAT));
    }
    parts = List.copyOf(parts);
  }
}

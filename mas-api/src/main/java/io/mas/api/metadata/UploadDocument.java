package io.mas.api.metadata;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * {@code uploads/{hash, session}}: an attempt to store a file in chunks.
 *
 * @param id hash and session, the document's id
 * @param version 1 when inserted, raised by one with each change
 * @param generation random; chunks belong to one generation, so that a replaced upload's never mix
 *     in
 * @param state where the upload stands
 * @param name the name that the file will have
 * @param size bytes that the file will have, as the client said, or {@link #UNSAID}
 * @param chunks how many chunks there will be, as the client said, or {@link #UNSAID}
 * @param time creation time, Unix milliseconds
 * @param expires Unix milliseconds; when it is given up, or looked at by the collection if it is
 *     over
 * @param replaceable a finish has found another content: any chunk may be sent again with other
 *     bytes
 * @param lease who is finishing, or null
 */
public record UploadDocument(
    UploadId id,
    long version,
    long generation,
    State state,
    String name,
    long size,
    int chunks,
    long time,
    long expires,
    boolean replaceable,
    @Nullable Lease lease) {

  /** In place of a size or a number of chunks that the client has not given. */
  public static final int UNSAID = -1;

  /** Where an upload stands. */
  public enum State {
    OPEN,
    FINISHING,
    COMMITTED,
    ABORTED
  }

  /**
   * Keeps a second {@code finish} from doing the work twice; safety does not depend on it.
   *
   * @param owner random id of the finish
   * @param until Unix milliseconds; another finish may take over afterwards
   */
  public record Lease(String owner, long until) {}

  public UploadDocument {
    Objects.requireNonNull(id);
    if (version < 1) {
      throw new IllegalArgumentException("version " + version + ", expected 1 or more");
    }
    if ((state == State.FINISHING) != (lease != null)) {
      throw new IllegalArgumentException("upload is %s, lease %s".formatted(state, lease));
    }
  }

  /** Whether it may still become a file. */
  public boolean underWay() {
    return switch (state) {
      case OPEN, FINISHING -> true;
      case COMMITTED, ABORTED -> false;
    };
  }

  /**
   * Whether a finish is at work. A lease that ends far later than one can comes from a clock that
   * is ahead, and would keep everybody out for as long.
   *
   * @param now Unix milliseconds
   * @param term of a lease
   */
  public boolean held(long now, Duration term) {
    return lease != null && lease.until > now && lease.until - now <= 2 * term.toMillis();
  }

  /** The next version in {@code state}, without a lease. */
  public UploadDocument to(State next) {
    return to(next, expires);
  }

  /** The next version in {@code state}, without a lease, and with another end. */
  public UploadDocument to(State next, long end) {
    return new UploadDocument(
        id, version + 1, generation, next, name, size, chunks, time, end, replaceable, null);
  }

  /** The next version, being finished under {@code lease}. */
  public UploadDocument finishing(Lease lease) {
    return new UploadDocument(
        id,
        version + 1,
        generation,
        State.FINISHING,
        name,
        size,
        chunks,
        time,
        expires,
        replaceable,
        lease);
  }

  /** The next version, open again after a finish found another content. */
  public UploadDocument reopened() {
    return new UploadDocument(
        id, version + 1, generation, State.OPEN, name, size, chunks, time, expires, true, null);
  }

  /** The next version with a later end. */
  public UploadDocument expiring(long later) {
    return new UploadDocument(
        id, version + 1, generation, state, name, size, chunks, time, later, replaceable, lease);
  }
}

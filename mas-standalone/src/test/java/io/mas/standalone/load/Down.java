package io.mas.standalone.load;

import io.mas.common.error.ErrorCode;
import java.util.Set;

/** What a test takes away from the store, and the failures that clients may see meanwhile. */
public enum Down {
  /** No request of a client needs it. */
  RABBITMQ,

  /**
   * Temporary tokens cannot be checked; after a restart or flush, those from before are unknown.
   */
  REDIS,

  /** Nothing can be looked up or saved; a download may lack its next extent. */
  DATABASE,

  /** Its connections break; a finish that it held is taken over by another. */
  GATEWAY,

  /**
   * A storage node. While too few are there, blocks whose shards had to share nodes may not be
   * readable, and writes may find no places; whatever is acknowledged is there.
   */
  NODE,

  /** No request of a client needs it. */
  WORKER,

  /** The whole store in one process, its tokens with it. */
  STORE;

  private Set<ErrorCode> codes() {
    return switch (this) {
      case RABBITMQ, WORKER -> Set.of();
      case REDIS -> Set.of(ErrorCode.TOKEN_STORE_UNREACHABLE, ErrorCode.TOKEN_INVALID);
      case DATABASE ->
          Set.of(
              ErrorCode.METADATA_UNREACHABLE,
              ErrorCode.METADATA_NOT_SAVED,
              ErrorCode.LISTING_FAILED);
      case GATEWAY -> Set.of(ErrorCode.METADATA_NOT_SAVED);
      case NODE ->
          Set.of(
              ErrorCode.TOO_FEW_NODES,
              ErrorCode.PLACEMENT_IMPOSSIBLE,
              ErrorCode.TOO_FEW_SHARDS,
              ErrorCode.STORING_FAILED,
              ErrorCode.RETRIES_EXHAUSTED);
      case STORE -> Set.of(ErrorCode.TOKEN_INVALID);
    };
  }

  /** Whether an answer is explained by this. */
  boolean explains(int status, int code) {
    return codes().stream().anyMatch(c -> c.code() == code && c.httpStatus() == status);
  }

  /** Whether a download may break off after its first bytes. */
  boolean breaksDownloads() {
    return this == DATABASE || this == NODE || breaksConnections();
  }

  /** Whether there may be no answer at all. */
  boolean breaksConnections() {
    return this == GATEWAY || this == STORE;
  }

  /** Whether files may be served as they were up to 60 s ago (design.md, section 4). */
  boolean servesStale() {
    return this == DATABASE;
  }
}

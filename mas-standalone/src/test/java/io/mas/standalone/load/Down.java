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

  /** The whole store in one process, its tokens with it. */
  STORE;

  private Set<ErrorCode> codes() {
    return switch (this) {
      case RABBITMQ -> Set.of();
      case REDIS -> Set.of(ErrorCode.TOKEN_STORE_UNREACHABLE, ErrorCode.TOKEN_INVALID);
      case DATABASE ->
          Set.of(
              ErrorCode.METADATA_UNREACHABLE,
              ErrorCode.METADATA_NOT_SAVED,
              ErrorCode.LISTING_FAILED);
      case GATEWAY -> Set.of(ErrorCode.METADATA_NOT_SAVED);
      case STORE -> Set.of(ErrorCode.TOKEN_INVALID);
    };
  }

  /** Whether an answer is explained by this. */
  boolean explains(int status, int code) {
    return codes().stream().anyMatch(c -> c.code() == code && c.httpStatus() == status);
  }

  /** Whether a download may break off after its first bytes. */
  boolean breaksDownloads() {
    return this == DATABASE || breaksConnections();
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

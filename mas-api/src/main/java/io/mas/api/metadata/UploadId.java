package io.mas.api.metadata;

import io.mas.common.object.ObjectHash;
import java.util.regex.Pattern;

/**
 * Names an upload.
 *
 * @param hash the file it is to become
 * @param session separates uploads of the same hash; {@link #SHARED} when the backend gave none
 */
public record UploadId(ObjectHash hash, String session) {
  /** The session of uploads whose token names none: they share one. */
  public static final String SHARED = "";

  private static final Pattern SESSION = Pattern.compile("[A-Za-z0-9._-]{0,64}");

  public UploadId {
    if (!SESSION.matcher(session).matches()) {
      throw new IllegalArgumentException(
          "session of %d characters, expected 1 to 64 of A-Za-z0-9._-".formatted(session.length()));
    }
  }
}

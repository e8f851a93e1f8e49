package io.mas.api.token;

import io.mas.common.object.ObjectHash;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What a temporary token allows.
 *
 * @param hash the one file
 * @param action the one action
 * @param session for uploads: separates uploads of the same hash; "" = the shared one
 * @param maxSize for uploads: the most bytes the file may have
 * @param name for downloads: replaces the stored name, or null
 * @param disposition for downloads: {@code inline} or {@code attachment}, or null for the default
 */
public record TokenGrant(
    ObjectHash hash,
    Action action,
    String session,
    OptionalLong maxSize,
    @Nullable String name,
    @Nullable String disposition) {

  /** What the holder may do. */
  public enum Action {
    UPLOAD,
    DOWNLOAD
  }

  /** A grant to upload. */
  public static TokenGrant upload(ObjectHash hash, String session, OptionalLong maxSize) {
    return new TokenGrant(hash, Action.UPLOAD, session, maxSize, null, null);
  }

  /** A grant to download. */
  public static TokenGrant download(
      ObjectHash hash, @Nullable String name, @Nullable String disposition) {
    return new TokenGrant(hash, Action.DOWNLOAD, "", OptionalLong.empty(), name, disposition);
  }
}

package io.mas.api.token;

import io.mas.common.object.ObjectHash;
import java.util.Optional;

/**
 * The seam to the state of temporary tokens (design.md, section 8). A token is {@code tag.random}:
 * 8 bytes of SHA-256(hash) and 32 random bytes, each base64url; only the SHA-256 of a token is
 * kept.
 *
 * <p>A token must be used within 120 s of its creation; each use adds 10 s, atomically: two
 * parallel uses add 20 s. It ends for good at its maximum age, or when it is revoked, and is never
 * recreated. Time is the store's own. Every operation throws {@link
 * io.mas.common.error.MasException} with TOKEN_STORE_UNREACHABLE when the store does not answer in
 * time. Thread-safe; may block.
 */
public interface TokenStore extends AutoCloseable {

  /** Makes a token for the grant and returns its text, the only time that it is known here. */
  String issue(TokenGrant grant);

  /**
   * Checks, counts and extends in one atomic step.
   *
   * @return what the token allows, or empty if it is unknown, expired, revoked, over age,
   *     malformed, or for the other action (which then is no use: nothing is added)
   */
  Optional<TokenGrant> use(String token, TokenGrant.Action action);

  /**
   * Raises the validity of a token to at least 10 s from now, while its request moves bytes; never
   * adds to it otherwise, never recreates it.
   *
   * @return false if the token is gone (revoked, over age, lost): the request must end
   */
  boolean keepAlive(String token);

  /** Revokes one token; nothing happens if there is none. */
  void revoke(String token);

  /** Revokes all tokens of the hash created up to now. */
  void revokeAll(ObjectHash hash);

  @Override
  void close();
}

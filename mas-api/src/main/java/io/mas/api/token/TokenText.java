package io.mas.api.token;

import io.mas.common.object.ObjectHash;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/** The form of a token's text: {@code tag.random}, 8 and 32 bytes in base64url without padding. */
final class TokenText {
  private static final int TAG_BYTES = 8;
  private static final int RANDOM_BYTES = 32;

  /** 8 bytes are 11 characters, 32 bytes are 43. */
  private static final int LENGTH = 55;

  private static final Pattern FORM = Pattern.compile("[A-Za-z0-9_-]{11}\\.[A-Za-z0-9_-]{43}");

  private TokenText() {}

  /**
   * Under what a token is kept: of its text, only the digest.
   *
   * @param tag names the tokens of one file, up to collisions
   * @param digest SHA-256 of the whole text in base64url
   */
  record Key(String tag, String digest) {}

  /** A new token for a file. */
  static String create(ObjectHash hash, RandomGenerator random) {
    byte[] bytes = new byte[RANDOM_BYTES];
    random.nextBytes(bytes);
    return tag(hash) + "." + base64(bytes);
  }

  /** The tag of a file's tokens. */
  static String tag(ObjectHash hash) {
    return base64(Arrays.copyOf(sha256(hash.bytes()), TAG_BYTES));
  }

  /** The key of a token's text, or empty if no token looks so. */
  static Optional<Key> key(String token) {
    if (token.length() != LENGTH || !FORM.matcher(token).matches()) {
      return Optional.empty();
    }
    String tag = token.substring(0, token.indexOf('.'));
    return Optional.of(new Key(tag, base64(sha256(token.getBytes(StandardCharsets.US_ASCII)))));
  }

  private static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}

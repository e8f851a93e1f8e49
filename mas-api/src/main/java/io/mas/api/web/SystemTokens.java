package io.mas.api.web;

import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The secrets of the business backends. Digests of equal length are compared in constant time, and
 * with every secret whichever fits, so that an answer's time tells nothing. Thread-safe.
 */
final class SystemTokens {
  /** The header that carries the secret. */
  static final String HEADER = "systemToken";

  private final List<byte[]> digests;

  SystemTokens(List<String> secrets) {
    this.digests = secrets.stream().map(SystemTokens::sha256).toList();
  }

  int size() {
    return digests.size();
  }

  /**
   * Which of the secrets was given, from 0.
   *
   * @throws MasException SYSTEM_TOKEN_INVALID
   */
  int require(@Nullable String given) {
    byte[] digest = sha256(given == null ? "" : given);
    int found = -1;
    for (int i = 0; i < digests.size(); i++) {
      if (MessageDigest.isEqual(digests.get(i), digest)) {
        found = i;
      }
    }
    if (found < 0) {
      throw new MasException(ErrorCode.SYSTEM_TOKEN_INVALID, "systemToken is wrong or missing");
    }
    return found;
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}

package io.mas.common.protocol;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A secret that gateways and nodes share. It signs text by HMAC-SHA-256 (RFC 2104), written as 64
 * hexadecimal digits. Thread-safe; shows no more of itself than its id.
 */
public final class InternalKey {
  /** The shortest key: as long as the hash, which is what RFC 2104 recommends. */
  static final int MIN_BYTES = 32;

  private static final String ALGORITHM = "HmacSHA256";

  /** Of the key's hash; enough to tell a few keys apart, too little to learn of them. */
  private static final int ID_BYTES = 4;

  private final String id;

  /** Cloned for each text, which costs a fifth of finding the algorithm and setting up the key. */
  private final Mac prototype;

  InternalKey(byte[] secret) {
    try {
      this.id =
          HexFormat.of()
              .formatHex(MessageDigest.getInstance("SHA-256").digest(secret), 0, ID_BYTES);
      this.prototype = Mac.getInstance(ALGORITHM);
      prototype.init(new SecretKeySpec(secret, ALGORITHM));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has SHA-256 and " + ALGORITHM, e);
    }
  }

  /**
   * Names the key in requests and logs: the first 4 bytes of its SHA-256, in hexadecimal digits.
   */
  public String id() {
    return id;
  }

  /** The signature of a text. */
  String sign(String text) {
    try {
      Mac mac = (Mac) prototype.clone();
      return HexFormat.of().formatHex(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException("the platform's " + ALGORITHM + " can be cloned", e);
    }
  }

  /** Whether this is the text's signature; the time it takes tells nothing of the right one. */
  boolean signed(String text, String signature) {
    return MessageDigest.isEqual(
        sign(text).getBytes(StandardCharsets.UTF_8), signature.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public String toString() {
    return "key " + id;
  }
}

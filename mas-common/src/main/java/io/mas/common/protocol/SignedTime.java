package io.mas.common.protocol;

/**
 * What a node signs of its answer to a request that it does not trust, so that the caller can
 * correct its clock: the caller's nonce proves that the time is new.
 *
 * @param time {@link InternalApi#TIME} of the answer: the node's, Unix milliseconds
 * @param nonce {@link InternalApi#NONCE} of the request
 */
public record SignedTime(long time, String nonce) {
  private static final String DOMAIN = "MAS-HMAC-SHA256 time";

  /** The signature by a key. */
  public String sign(InternalKey key) {
    return key.sign(text());
  }

  /** Whether a signature is the one by this key. */
  public boolean signedBy(InternalKey key, String signature) {
    return key.signed(text(), signature);
  }

  private String text() {
    return String.join("\n", DOMAIN, "" + time, nonce);
  }
}

package io.mas.common.protocol;

import java.util.stream.Stream;

/**
 * All that the signature of a request covers, as it stands in the request: no header that is not
 * among these changes what the request does. The body itself is not hashed, for that would double
 * the cost of an upload: its length and CRC32C stand for it.
 *
 * @param method such as {@code PUT}
 * @param target path and query, byte for byte as in the request line
 * @param protocol {@link InternalApi#PROTOCOL}
 * @param cluster {@link InternalApi#CLUSTER}
 * @param node {@link InternalApi#NODE}, or empty
 * @param counter {@link InternalApi#COUNTER}, or empty
 * @param length bytes of the body
 * @param crc {@link InternalApi#BODY_CRC}
 * @param time {@link InternalApi#TIME}
 * @param nonce {@link InternalApi#NONCE}
 */
public record SignedRequest(
    String method,
    String target,
    String protocol,
    String cluster,
    String node,
    String counter,
    long length,
    String crc,
    String time,
    String nonce) {

  /** Sets requests apart from answers, so that neither passes for the other. */
  private static final String DOMAIN = "MAS-HMAC-SHA256 request";

  /** The signature by a key. */
  public String sign(InternalKey key) {
    return key.sign(text());
  }

  /** Whether a signature is the one by this key; takes the same time for every wrong one. */
  public boolean signedBy(InternalKey key, String signature) {
    return key.signed(text(), signature);
  }

  /** A line for each element; none can hold the end of a line. */
  String text() {
    String[] lines = {
      DOMAIN, method, target, protocol, cluster, node, counter, "" + length, crc, time, nonce
    };
    if (Stream.of(lines).anyMatch(line -> line.indexOf('\n') >= 0)) {
      throw new IllegalArgumentException("an element of a signed request has two lines");
    }
    return String.join("\n", lines);
  }
}

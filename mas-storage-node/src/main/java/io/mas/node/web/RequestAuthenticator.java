package io.mas.node.web;

import io.mas.common.protocol.InternalApi;
import io.mas.common.protocol.InternalKey;
import io.mas.common.protocol.InternalKeys;
import io.mas.common.protocol.NodeError;
import io.mas.common.protocol.SignedRequest;
import io.mas.node.shard.ShardStoreException;
import java.util.HexFormat;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;

/**
 * Tells the requests of this cluster's gateways from all others: signed by one of its keys, of this
 * minute, and not seen before. Thread-safe.
 *
 * <p>What a node has forgotten when it starts again is no gap: a request names the life that it was
 * signed for.
 */
final class RequestAuthenticator {
  /** A minute of 2000 requests a second, 4 MiB; with more of them the window shrinks. */
  static final int REMEMBERED = 1 << 17;

  private static final Pattern NONCE = Pattern.compile("[0-9a-f]{16}");
  private static final Pattern TIME = Pattern.compile("[1-9][0-9]{0,15}");

  private final InternalKeys keys;
  private final LongSupplier clock;
  private final ReplayCache seen;

  /**
   * @param clock the time, Unix milliseconds; best one that does not jump
   * @param remembered the most requests remembered
   */
  RequestAuthenticator(InternalKeys keys, LongSupplier clock, int remembered) {
    this.keys = keys;
    this.clock = clock;
    this.seen = new ReplayCache(InternalApi.MAX_SKEW, remembered);
  }

  /**
   * Admits a request, once.
   *
   * @throws ShardStoreException {@code UNAUTHENTICATED} or {@code CLOCK_SKEW}
   */
  void admit(SignedRequest request, String keyId, String signature) {
    InternalKey key =
        keys.find(keyId)
            .orElseThrow(() -> unauthenticated("is signed by none of this node's keys"));
    if (!request.signedBy(key, signature)) {
      throw unauthenticated("has another signature than the key of that id makes");
    }
    if (!TIME.matcher(request.time()).matches() || !isNonce(request.nonce())) {
      throw unauthenticated("has a time or nonce of another form");
    }
    long now = clock.getAsLong();
    long time = Long.parseLong(request.time());
    switch (seen.judge(time, HexFormat.fromHexDigitsToLong(request.nonce()), now)) {
      case FRESH -> {}
      case REPLAYED -> throw unauthenticated("was seen before");
      case SKEWED ->
          throw new ShardStoreException(
              NodeError.CLOCK_SKEW,
              "signed at %d, the node's clock is at %d, which is too far from it"
                  .formatted(time, now));
    }
  }

  static ShardStoreException unauthenticated(String why) {
    return new ShardStoreException(NodeError.UNAUTHENTICATED, why);
  }

  static boolean isNonce(String text) {
    return NONCE.matcher(text).matches();
  }

  /** The key that signs the answer to a refused request: the one it names, or the first. */
  InternalKey answeringKey(String keyId) {
    return keys.find(keyId).orElseGet(keys::first);
  }

  /** The node's time, Unix milliseconds. */
  long time() {
    return clock.getAsLong();
  }
}

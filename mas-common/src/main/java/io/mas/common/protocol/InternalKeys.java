package io.mas.common.protocol;

import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * The keys of a cluster, {@code mas.internal.keys}: the first one signs, each of them verifies.
 *
 * <p>To replace a key while everything runs: append the new key on all nodes and gateways; when all
 * have been restarted, put it first; when all have been restarted again, remove the old one. At
 * each moment everybody knows every key that somebody signs with.
 */
public final class InternalKeys {
  /** The setting, for messages. */
  public static final String SETTING = "mas.internal.keys";

  /** What an operator is told to do about a missing or unusable key. */
  public static final String ADVICE =
      "Set %s (MAS_INTERNAL_KEYS, or a file secret of that name) to the same value on every gateway"
              .formatted(SETTING)
          + " and storage node: at least %d random bytes as hexadecimal digits or base64url, such"
              .formatted(InternalKey.MIN_BYTES)
          + " as the output of 'openssl rand -hex 32'.";

  private static final Pattern HEX = Pattern.compile("(?:[0-9A-Fa-f]{2})+");

  /**
   * 32 random bytes have 30 different values on average; fewer than 16 are rarer than 1 in 10^15.
   */
  private static final int MIN_VALUES = 16;

  private final Map<String, InternalKey> byId;
  private final InternalKey first;

  private InternalKeys(Map<String, InternalKey> byId) {
    this.byId = byId;
    this.first = byId.values().iterator().next();
  }

  /**
   * Reads keys from their texts, each hexadecimal digits or base64url.
   *
   * @throws IllegalArgumentException if there is none, or one is too short, not random, or no such
   *     text; the message does not show it
   */
  public static InternalKeys parse(List<String> texts) {
    if (texts.isEmpty()) {
      throw new IllegalArgumentException(SETTING + " has no key.");
    }
    Map<String, InternalKey> keys = new LinkedHashMap<>();
    for (int i = 0; i < texts.size(); i++) {
      InternalKey key = new InternalKey(secret(texts.get(i).strip(), i + 1));
      if (keys.put(key.id(), key) != null) {
        throw new IllegalArgumentException(
            "Key %d of %s has the id %s, as one before it.".formatted(i + 1, SETTING, key.id()));
      }
    }
    return new InternalKeys(keys);
  }

  private static byte[] secret(String text, int number) {
    byte[] secret = decode(text, number);
    if (secret.length < InternalKey.MIN_BYTES) {
      throw new IllegalArgumentException(
          "Key %d of %s has %d bytes, expected %d or more."
              .formatted(number, SETTING, secret.length, InternalKey.MIN_BYTES));
    }
    long values = IntStream.range(0, secret.length).map(i -> secret[i]).distinct().count();
    if (values < MIN_VALUES) {
      throw new IllegalArgumentException(
          "Key %d of %s is not random: it has %d different bytes."
              .formatted(number, SETTING, values));
    }
    return secret;
  }

  private static byte[] decode(String text, int number) {
    if (HEX.matcher(text).matches()) {
      return HexFormat.of().parseHex(text);
    }
    try {
      return Base64.getUrlDecoder().decode(text);
    } catch (IllegalArgumentException _) {
      throw new IllegalArgumentException(
          "Key %d of %s is neither hexadecimal digits nor base64url.".formatted(number, SETTING));
    }
  }

  /** One new key, for a cluster that does not outlive its process. */
  public static InternalKeys random(RandomGenerator random) {
    byte[] secret = new byte[InternalKey.MIN_BYTES];
    random.nextBytes(secret);
    InternalKey key = new InternalKey(secret);
    return new InternalKeys(Map.of(key.id(), key));
  }

  /** The key that signs. */
  public InternalKey first() {
    return first;
  }

  /** The key with this id, if it is one of these. */
  public Optional<InternalKey> find(String id) {
    return Optional.ofNullable(byId.get(id));
  }

  @Override
  public String toString() {
    return byId.values().toString();
  }
}

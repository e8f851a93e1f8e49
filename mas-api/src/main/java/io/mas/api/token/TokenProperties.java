package io.mas.api.token;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of temporary tokens.
 *
 * @param firstUse how long a new token is valid before its first use
 * @param perUse what each use adds to the validity, and what remains at least while a request of
 *     the token moves bytes
 * @param maxAge a token ends so long after its creation, however often it is used
 * @param capacity the most tokens that are kept in memory at once; about 0.6 kB of heap each
 */
@ConfigurationProperties("mas.token")
public record TokenProperties(
    @DefaultValue("120s") Duration firstUse,
    @DefaultValue("10s") Duration perUse,
    @DefaultValue("24h") Duration maxAge,
    @DefaultValue("200000") int capacity) {

  public TokenProperties {
    requirePositive("first-use", firstUse);
    requirePositive("per-use", perUse);
    requirePositive("max-age", maxAge);
    if (capacity < 1) {
      throw new IllegalArgumentException(
          "mas.token.capacity is %d, expected 1 or more".formatted(capacity));
    }
  }

  private static void requirePositive(String name, Duration value) {
    if (!value.isPositive()) {
      throw new IllegalArgumentException(
          "mas.token.%s is %s, expected more than 0".formatted(name, value));
    }
  }
}

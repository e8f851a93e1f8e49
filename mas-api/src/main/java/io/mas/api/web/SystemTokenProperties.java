package io.mas.api.web;

import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The secrets of the business backends, {@code mas.system-tokens}.
 *
 * @param systemTokens each at least 16 characters (32 random bytes as base64url are 43); two while
 *     one replaces the other; none refuses every backend request
 */
@ConfigurationProperties("mas")
public record SystemTokenProperties(@DefaultValue List<String> systemTokens) {
  private static final int MIN_LENGTH = 16;

  public SystemTokenProperties {
    systemTokens = List.copyOf(systemTokens);
    for (String token : systemTokens) {
      if (token.length() < MIN_LENGTH) {
        throw new IllegalArgumentException(
            "mas.system-tokens has one of %d characters, expected at least %d"
                .formatted(token.length(), MIN_LENGTH));
      }
    }
  }

  @Override
  public String toString() {
    return "SystemTokenProperties[" + systemTokens.size() + " secrets]";
  }
}

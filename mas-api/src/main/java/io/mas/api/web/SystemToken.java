package io.mas.api.web;

import java.time.Instant;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What is known of the secret of a business backend: not the secret. Refusals repeat no value that
 * may be a secret in the wrong place.
 *
 * @param id what it is called in logs and metrics, 1 to 64 of {@code A-Za-z0-9._-}
 * @param sha256 SHA-256 of the secret, 64 hexadecimal digits
 * @param scopes what it may be used for, at least one
 * @param expires from when it is not good any more, or null for never
 */
record SystemToken(
    String id, String sha256, @DefaultValue Set<Scope> scopes, @Nullable Instant expires) {
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9._-]{1,64}");
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

  SystemToken {
    require(id != null && ID.matcher(id).matches(), "id, 1 to 64 of A-Z a-z 0-9 . _ -");
    sha256 = sha256 == null ? "" : sha256.toLowerCase(Locale.ROOT);
    require(
        SHA256.matcher(sha256).matches(),
        "'%s' with sha256, 64 hexadecimal digits: the SHA-256 of the secret, not the secret"
            .formatted(id));
    require(!scopes.isEmpty(), "'%s' with scopes, of tokens, files and admin".formatted(id));
    scopes = Set.copyOf(scopes);
  }

  private static void require(boolean right, String expected) {
    if (!right) {
      throw new IllegalArgumentException("mas.system-tokens has an entry, expected " + expected);
    }
  }

  byte[] digest() {
    return HexFormat.of().parseHex(sha256);
  }

  boolean expiredAt(Instant now) {
    return expires != null && !now.isBefore(expires);
  }
}

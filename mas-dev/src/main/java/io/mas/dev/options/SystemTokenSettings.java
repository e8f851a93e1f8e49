package io.mas.dev.options;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;

/** The settings by which a gateway knows the one backend of a store on this machine. */
public final class SystemTokenSettings {
  private static final String ENTRY = "mas.system-tokens[0].";

  private SystemTokenSettings() {}

  /**
   * The settings, which do not hold the secret.
   *
   * @param secret good for everything that there is
   */
  public static Map<String, String> of(String secret) {
    return Map.of(
        ENTRY + "id", "backend",
        ENTRY + "sha256", sha256(secret),
        ENTRY + "scopes", "tokens,files,admin");
  }

  private static String sha256(String secret) {
    try {
      byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}

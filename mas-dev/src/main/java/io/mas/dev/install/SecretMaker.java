package io.mas.dev.install;

import io.mas.dev.operator.CannotAskException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Makes the Secrets of a plan that are not there; what is there stays as it is, whoever made it. So
 * it may be called again and again, also by several at once. Prints names only.
 */
final class SecretMaker {
  /** Key of a systemToken in the Secret of its holder. */
  static final String TOKEN_KEY = "systemToken";

  /** Key of what gateways know of all of them. */
  static final String TOKENS_FILE_KEY = "system-tokens.yaml";

  /** 256 bits, as many as the internal keys need; in hexadecimal, which every server takes. */
  private static final int RANDOM_BYTES = 32;

  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final KubernetesApi api;
  private final RandomGenerator random;
  private final PrintStream out;

  /**
   * @param random must not be guessable
   */
  SecretMaker(KubernetesApi api, RandomGenerator random, PrintStream out) {
    this.api = api;
    this.random = random;
    this.out = out;
  }

  void make(SecretPlan plan) {
    new TreeMap<>(plan.random())
        .forEach(
            (name, keys) -> {
              Map<String, String> values = new TreeMap<>();
              keys.forEach(key -> values.put(key, randomHex()));
              create(plan, name, values);
            });
    if (!plan.tokensFile().isEmpty()) {
      makeTokens(plan);
    }
  }

  /**
   * The file comes last: once it is there, its tokens are good, and those who hold them may have
   * been given other ones since.
   */
  private void makeTokens(SecretPlan plan) {
    if (api.secret(plan.tokensFile()).isPresent()) {
      out.println(plan.tokensFile() + " is there, and with it the systemTokens");
      return;
    }
    String entries =
        new TreeMap<>(plan.holders())
            .entrySet().stream()
                .map(
                    holder ->
                        entry(holder.getKey(), token(plan, holder.getKey()), holder.getValue()))
                .collect(Collectors.joining());
    create(plan, plan.tokensFile(), Map.of(TOKENS_FILE_KEY, "mas:\n  system-tokens:\n" + entries));
  }

  private static String entry(String id, String token, List<String> scopes) {
    return """
            - id: %s
              sha256: "%s"
              scopes: [%s]
        """
        .formatted(id, sha256(token), String.join(", ", scopes));
  }

  /** The new token of a holder, or the one that somebody was faster with. */
  private String token(SecretPlan plan, String holder) {
    String made = randomHex();
    if (create(plan, holder, Map.of(TOKEN_KEY, made))) {
      return made;
    }
    String encoded =
        api.secret(holder).map(one -> one.at("/data/" + TOKEN_KEY).asString("")).orElse("");
    if (encoded.isEmpty()) {
      throw new CannotAskException(
          "The Secret %s has no key %s.".formatted(holder, TOKEN_KEY),
          "Add the systemToken, or delete the Secret: then a new one is made.");
    }
    return new String(Base64.getMimeDecoder().decode(encoded), StandardCharsets.UTF_8);
  }

  private boolean create(SecretPlan plan, String name, Map<String, String> values) {
    boolean created = api.createSecret(secret(plan.instance(), name, values));
    out.println(name + (created ? " is made" : " is there"));
    return created;
  }

  private static JsonNode secret(String instance, String name, Map<String, String> values) {
    ObjectNode secret = JSON.createObjectNode();
    secret.put("apiVersion", "v1").put("kind", "Secret").put("type", "Opaque");
    ObjectNode metadata = secret.putObject("metadata");
    metadata.put("name", name);
    metadata
        .putObject("labels")
        .put("app.kubernetes.io/name", "mas")
        .put("app.kubernetes.io/instance", instance)
        .put("app.kubernetes.io/managed-by", "mas-secrets");
    // Argo CD takes what has the label and is not in git for a remainder, and would delete it.
    metadata
        .putObject("annotations")
        .put("argocd.argoproj.io/sync-options", "Prune=false,Delete=false")
        .put("argocd.argoproj.io/compare-options", "IgnoreExtraneous");
    ObjectNode data = secret.putObject("stringData");
    values.forEach(data::put);
    return secret;
  }

  private String randomHex() {
    byte[] bytes = new byte[RANDOM_BYTES];
    random.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  private static String sha256(String text) {
    try {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}

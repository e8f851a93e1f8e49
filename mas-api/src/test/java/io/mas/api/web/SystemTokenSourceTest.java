package io.mas.api.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mas.common.error.MasException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/** What is configured, and what a file says and says anew. */
@ExtendWith(OutputCaptureExtension.class)
class SystemTokenSourceTest {
  private static final String SECRET = "s3cret-s3cret-s3cret";
  private static final String HASH = "ab".repeat(32);

  @TempDir Path directory;

  private static SystemTokenSource source(Map<String, Object> settings) {
    var environment = new StandardEnvironment();
    environment.getPropertySources().addFirst(new MapPropertySource("test", settings));
    ConfigurationPropertySources.attach(environment);
    return new SystemTokenSource(environment);
  }

  private static List<SystemToken> tokens(SystemTokenSource source) {
    return source.tokens(source.content());
  }

  private static Map<String, Object> entry(int index, String id, String hash, String scopes) {
    String entry = "mas.system-tokens[%d].".formatted(index);
    Map<String, Object> settings = new HashMap<>();
    settings.put(entry + "id", id);
    settings.put(entry + "sha256", hash);
    settings.put(entry + "scopes", scopes);
    return settings;
  }

  // Settings

  @Test
  void nothingIsConfiguredByDefault() {
    SystemTokenSource source = source(Map.of());
    assertThat(tokens(source)).isEmpty();
    assertThat(source.file()).isNull();
  }

  @Test
  void everySettingIsMapped() {
    Map<String, Object> settings =
        entry(0, "shop.2026-11_a", HASH.toUpperCase(Locale.ROOT), "files, tokens");
    settings.putAll(entry(1, "ops", "cd".repeat(32), "ADMIN"));
    settings.put("mas.system-tokens[1].expires", "2027-01-01T00:00:00Z");
    assertThat(tokens(source(settings)))
        .containsExactly(
            new SystemToken("shop.2026-11_a", HASH, Set.of(Scope.FILES, Scope.TOKENS), null),
            new SystemToken(
                "ops",
                "cd".repeat(32),
                Set.of(Scope.ADMIN),
                Instant.parse("2027-01-01T00:00:00Z")));
  }

  @Test
  void variablesOfTheEnvironmentDoToo() {
    var environment = new StandardEnvironment();
    Map<String, Object> variables =
        Map.of(
            "MAS_SYSTEMTOKENS_0_ID", "shop",
            "MAS_SYSTEMTOKENS_0_SHA256", HASH,
            "MAS_SYSTEMTOKENS_0_SCOPES", "files",
            "MAS_SYSTEM_TOKENS_FILE", "/nowhere/tokens.yaml");
    environment
        .getPropertySources()
        .addFirst(new SystemEnvironmentPropertySource("test-systemEnvironment", variables));
    ConfigurationPropertySources.attach(environment);
    var source = new SystemTokenSource(environment);
    assertThat(source.file()).isEqualTo(Path.of("/nowhere/tokens.yaml"));
    assertThatThrownBy(source::content)
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("/nowhere/tokens.yaml");
  }

  @Test
  void aPlainSecretIsRefusedAndNotRepeated() {
    assertRefused(Map.of("mas.system-tokens", SECRET), "expected entries with id, sha256");
    assertRefused(Map.of("mas.system-tokens[0]", SECRET), "expected entries with id, sha256");
    assertRefused(entry(0, "shop", SECRET, "files"), "not the secret");
    assertRefused(entry(0, SECRET + "!", HASH, "files"), "expected id, 1 to 64 of");
    assertRefused(entry(0, "shop", HASH, SECRET), "expected entries with");
  }

  @Test
  void anEntryIsRefusedUnlessItIsComplete() {
    for (String missing : List.of("id", "sha256", "scopes")) {
      Map<String, Object> settings = entry(0, "shop", HASH, "files");
      settings.remove("mas.system-tokens[0]." + missing);
      assertRefused(settings, "expected " + (missing.equals("id") ? "id" : "'shop' with "));
    }
    assertRefused(entry(0, "shop", HASH, ""), "'shop' with scopes, of tokens, files and admin");
    assertRefused(entry(0, "a".repeat(65), HASH, "files"), "expected id");
    assertRefused(entry(0, "sh\nop", HASH, "files"), "expected id");
  }

  @Test
  void aMisspeltLimitIsRefused() {
    Map<String, Object> settings = entry(0, "shop", HASH, "files");
    settings.put("mas.system-tokens[0].expire", "2027-01-01T00:00:00Z");
    assertRefused(settings, "mas.system-tokens");
  }

  @Test
  void anIdOrASecretIsThereOnce() {
    Map<String, Object> settings = entry(0, "shop", HASH, "files");
    settings.putAll(entry(1, "shop", "cd".repeat(32), "files"));
    assertThatThrownBy(() -> tokens(source(settings))).hasMessageContaining("'shop' twice");
    settings.putAll(entry(1, "other", HASH, "admin"));
    assertThatThrownBy(() -> tokens(source(settings))).hasMessageContaining("'other' twice");
  }

  private static void assertRefused(Map<String, Object> settings, String why) {
    assertThatThrownBy(() -> tokens(source(settings)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(why)
        .satisfies(thrown -> assertThat(everything(thrown)).doesNotContain(SECRET));
  }

  private static String everything(Throwable thrown) {
    var text = new StringWriter();
    thrown.printStackTrace(new PrintWriter(text));
    return text.toString();
  }

  // File

  private static String yaml(String... ids) {
    var text = new StringBuilder("mas:\n  system-tokens:\n");
    for (String id : ids) {
      String hash = HexFormat.of().formatHex(SystemTokens.sha256("secret of " + id));
      text.append("    - id: %s\n      sha256: '%s'\n      scopes: [files]\n".formatted(id, hash));
    }
    return text.toString();
  }

  private SystemTokenSource file(String name, String content) throws IOException {
    Path file = Files.writeString(directory.resolve(name), content);
    Map<String, Object> settings = entry(0, "configured", HASH, "admin");
    settings.put("mas.system-tokens-file", file.toString());
    return source(settings);
  }

  @Test
  void aFileAddsToTheSettings() throws IOException {
    assertThat(tokens(file("tokens.yaml", yaml("one", "two"))))
        .extracting(SystemToken::id)
        .containsExactly("configured", "one", "two");
    String entry = "mas.system-tokens[0].";
    String properties =
        "%sid=three\n%ssha256=%s\n%sscopes=tokens".formatted(entry, entry, "cd".repeat(32), entry);
    assertThat(tokens(file("tokens.properties", properties)))
        .extracting(SystemToken::id)
        .containsExactly("configured", "three");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "mas:\n  system-tokens:\n",
        "mas:\n  system-tokens: " + SECRET + "\n",
        "mas: {" + SECRET,
        "system-tokens:\n  - id: one\n",
        "mas:\n  system-tokens:\n    - id: one\n      sha256: " + SECRET + "\n",
        "\u0000\u0001" + SECRET
      })
  void aBrokenFileIsRefusedWithoutItsContent(String content) throws IOException {
    SystemTokenSource source = file("tokens.yaml", content);
    assertThatThrownBy(() -> tokens(source))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("tokens.yaml")
        .satisfies(thrown -> assertThat(everything(thrown)).doesNotContain(SECRET));
  }

  @Test
  void aFileOfAnotherKindOrSizeIsRefused() throws IOException {
    SystemTokenSource text = file("tokens.txt", yaml("one"));
    assertThatThrownBy(() -> tokens(text)).hasMessageContaining("ends with .yaml or .properties");
    SystemTokenSource large = file("large.yaml", "#".repeat((1 << 20) + 1));
    assertThatThrownBy(() -> tokens(large)).hasMessageContaining("expected at most 1048576");
  }

  // Changes

  @Test
  void aFileIsReadAgainWhenItChanges(CapturedOutput log) throws IOException {
    SystemTokenSource source = file("tokens.yaml", yaml("one"));
    var known = new SystemTokens(new SimpleMeterRegistry(), InstantSource.system());
    try (var _ = new SystemTokenWatch(source, known, Duration.ofMillis(20))) {
      assertThat(good(known, "one")).isTrue();
      write(yaml("one", "two"));
      Awaitility.await().until(() -> good(known, "two"));
      write("mas: {" + SECRET);
      Awaitility.await().until(() -> log.getAll().contains("systemTokens stay as they were"));
      assertThat(good(known, "one") && good(known, "two")).isTrue();
      Files.delete(directory.resolve("tokens.yaml"));
      Awaitility.await().until(() -> log.getAll().contains("tokens.yaml cannot be read"));
      assertThat(good(known, "one") && good(known, "two")).isTrue();
      write(yaml("two"));
      Awaitility.await().until(() -> !good(known, "one"));
      assertThat(good(known, "two")).isTrue();
    }
    assertThat(log.getAll()).contains("systemTokens: [configured, two]").doesNotContain(SECRET);
    assertThat(log.getAll()).containsOnlyOnce("is not well-formed");
  }

  private static boolean good(SystemTokens tokens, String id) {
    try {
      return tokens.require("secret of " + id, Scope.FILES).equals(id);
    } catch (MasException _) {
      return false;
    }
  }

  /** As Kubernetes does: what is read is the old or the new, never a part. */
  private void write(String content) throws IOException {
    Path temporary = Files.writeString(directory.resolve("new"), content);
    Files.move(temporary, directory.resolve("tokens.yaml"), StandardCopyOption.ATOMIC_MOVE);
  }
}

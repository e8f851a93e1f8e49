package io.mas.dev.install;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code mas secrets}: what is absent is made, what is there stays. */
class SecretsTest {
  private static final String PLAN =
      """
      {"instance": "files", "random": {"mas-internal": ["mas.internal.keys"], "mas-mongodb": ["password", "keyfile"]},
       "tokens": {"file": "mas-system-tokens", "holders": {"mas-backend-token": ["tokens", "files"], "mas-admin-token": ["admin"]}}}
      """;

  @TempDir Path directory;
  private FakeKubernetes kubernetes;
  private String out = "";
  private String err = "";

  @BeforeEach
  void start() throws Exception {
    kubernetes = new FakeKubernetes(directory);
  }

  @AfterEach
  void stop() {
    kubernetes.close();
  }

  private int secrets(String plan) {
    Map<String, String> environment = new TreeMap<>(kubernetes.environment());
    environment.put("MAS_PLAN", plan);
    return run(environment, kubernetes.account());
  }

  private int run(Map<String, String> environment, Path account) {
    var outBytes = new ByteArrayOutputStream();
    var errBytes = new ByteArrayOutputStream();
    Install install = new Install(environment, account, stream(outBytes), stream(errBytes));
    int code = install.run(List.of("secrets"));
    out = outBytes.toString(StandardCharsets.UTF_8);
    err = errBytes.toString(StandardCharsets.UTF_8);
    return code;
  }

  private static PrintStream stream(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }

  @Test
  void everyValueIsRandomAndOfItsOwn() {
    assertThat(secrets(PLAN)).as(err).isEqualTo(Install.DONE);
    var values =
        new TreeSet<>(
            List.of(
                kubernetes.value("mas-internal", "mas.internal.keys"),
                kubernetes.value("mas-mongodb", "password"),
                kubernetes.value("mas-mongodb", "keyfile"),
                kubernetes.value("mas-backend-token", "systemToken"),
                kubernetes.value("mas-admin-token", "systemToken")));
    assertThat(values).hasSize(5).allMatch(value -> value.matches("[0-9a-f]{64}"));
    assertThat(out + err).as("tells none of them").doesNotContain(values);
    assertThat(String.valueOf(kubernetes.secrets.get("mas-internal")))
        .contains("\"app.kubernetes.io/instance\":\"files\"")
        .as("Argo CD leaves it alone")
        .contains("Prune=false,Delete=false", "IgnoreExtraneous");
  }

  @Test
  void gatewaysKnowOnlyTheHashesOfTheTokens() throws Exception {
    secrets(PLAN);
    assertThat(kubernetes.value("mas-system-tokens", "system-tokens.yaml"))
        .isEqualTo(
            """
            mas:
              system-tokens:
                - id: mas-admin-token
                  sha256: "%s"
                  scopes: [admin]
                - id: mas-backend-token
                  sha256: "%s"
                  scopes: [tokens, files]
            """
                .formatted(
                    sha256(kubernetes.value("mas-admin-token", "systemToken")),
                    sha256(kubernetes.value("mas-backend-token", "systemToken"))));
  }

  private static String sha256(String text) throws Exception {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }

  @Test
  void whatIsThereStaysAsItIs() {
    secrets(PLAN);
    Map<String, String> before = new TreeMap<>();
    kubernetes.secrets.forEach((name, secret) -> before.put(name, secret.toString()));
    assertThat(secrets(PLAN)).isEqualTo(Install.DONE);
    Map<String, String> after = new TreeMap<>();
    kubernetes.secrets.forEach((name, secret) -> after.put(name, secret.toString()));
    assertThat(after).isEqualTo(before);
    assertThat(out).contains("mas-internal is there").doesNotContain("made");
  }

  @Test
  void aTryThatBrokeOffIsContinued() throws Exception {
    secrets(PLAN);
    String admin = kubernetes.value("mas-admin-token", "systemToken");
    kubernetes.secrets.remove("mas-backend-token");
    kubernetes.secrets.remove("mas-system-tokens");
    assertThat(secrets(PLAN)).isEqualTo(Install.DONE);
    assertThat(kubernetes.value("mas-admin-token", "systemToken")).isEqualTo(admin);
    assertThat(kubernetes.value("mas-system-tokens", "system-tokens.yaml"))
        .contains(sha256(admin), sha256(kubernetes.value("mas-backend-token", "systemToken")));
  }

  @Test
  void aTokenThatWasTakenAwayIsNotMadeAgainAsGatewaysWouldNotKnowIt() {
    secrets(PLAN);
    kubernetes.secrets.remove("mas-backend-token");
    secrets(PLAN);
    assertThat(kubernetes.secrets).doesNotContainKey("mas-backend-token");
  }

  @Test
  void whatIsNotInThePlanIsNotMade() {
    assertThat(secrets("{\"instance\": \"files\", \"random\": {\"one\": [\"key\"]}}"))
        .isEqualTo(Install.DONE);
    assertThat(kubernetes.secrets.keySet()).containsExactly("one");
    assertThat(kubernetes.requests).containsExactly("POST /api/v1/namespaces/store/secrets");
  }

  @Test
  void withoutTheRightTokenNothingIsMade() throws IOException {
    Files.writeString(kubernetes.account().resolve("token"), "of somebody else");
    assertThat(secrets(PLAN)).isEqualTo(Install.CANNOT_ASK);
    assertThat(err).contains("HTTP 401 Unauthorized").contains("Role of the chart");
    assertThat(kubernetes.secrets).isEmpty();
  }

  @Test
  void aServerThatNobodyVouchesForIsNotTold() throws Exception {
    Path other = directory.resolve("other");
    try (FakeKubernetes stranger = FakeKubernetes.stranger(other)) {
      Map<String, String> environment = new TreeMap<>(stranger.environment());
      environment.put("MAS_PLAN", PLAN);
      assertThat(run(environment, kubernetes.account())).isEqualTo(Install.CANNOT_ASK);
      assertThat(stranger.requests).isEmpty();
    }
  }

  @Test
  void outsideOfAPodItSaysSo() {
    assertThat(run(Map.of("MAS_PLAN", PLAN), directory)).isEqualTo(Install.CANNOT_ASK);
    assertThat(err).contains("Run this in a pod");
  }

  @Test
  void aPlanThatIsNoneIsRefused() {
    for (String plan : List.of("", "x", "[]", "{}")) {
      assertThat(secrets(plan)).isEqualTo(Install.CANNOT_ASK);
      assertThat(err).contains("is no plan");
    }
  }
}

package io.mas.api;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Who may ask for what over HTTP, how secrets are replaced, and what the audit log says. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith(OutputCaptureExtension.class)
class BackendTest {
  private static final String HASH = "5a".repeat(32);

  /** A change of the file has its effect within this. */
  private static final Duration EFFECT = Duration.ofSeconds(10);

  private static final Duration PAUSE = Duration.ofMillis(5);

  private final ListAppender<ILoggingEvent> audit = new ListAppender<>();
  private Path file;
  private Outside outside;
  private RunningGateway gateway;

  @BeforeAll
  void start(@TempDir Path directory) throws IOException {
    file = directory.resolve("tokens.yaml");
    write(entry("from-file", "files"));
    Map<String, Object> settings = new TreeMap<>();
    settings.put("mas.system-tokens-file", file.toString());
    List<String> scopes = List.of("tokens", "files", "admin", "tokens,files,admin");
    for (String scope : scopes) {
      String id = scope.replace(',', '-');
      String entry = "mas.system-tokens[%d].".formatted(scopes.indexOf(scope));
      settings.put(entry + "id", id);
      settings.put(entry + "sha256", sha256(secret(id)));
      settings.put(entry + "scopes", scope);
    }
    settings.put("mas.system-tokens[4].id", "old");
    settings.put("mas.system-tokens[4].sha256", sha256(secret("old")));
    settings.put("mas.system-tokens[4].scopes", "files");
    settings.put("mas.system-tokens[4].expires", "2026-01-01T00:00:00Z");
    settings.put("spring.main.cloud-platform", "kubernetes"); // there Spring believes any client
    outside = new Outside(directory.resolve("metadata"));
    gateway = new RunningGateway(outside, settings);
    // The start of a gateway sets up logging anew.
    audit.start();
    ((Logger) LoggerFactory.getLogger("mas.audit")).addAppender(audit);
  }

  @AfterAll
  void stop() {
    gateway.close();
    outside.close();
    ((Logger) LoggerFactory.getLogger("mas.audit")).detachAppender(audit);
  }

  private static String secret(String id) {
    return "the-secret-of-" + id;
  }

  static String sha256(String text) {
    try {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  private static String entry(String id, String scopes) {
    return "    - {id: %s, sha256: '%s', scopes: [%s]}%n".formatted(id, sha256(secret(id)), scopes);
  }

  private void write(String... entries) throws IOException {
    Path temporary = file.resolveSibling("new");
    Files.writeString(temporary, "mas:\n  system-tokens:\n" + String.join("", entries));
    Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
  }

  // Scopes

  /** What who has the scope is told, which is never 5303. */
  @ParameterizedTest
  @CsvSource({
    "GET, /api/server/signal, admin, 200/200",
    "GET, /api/admin/status, admin, 200/200",
    "GET, /api/admin/file?hash=H, admin, 404/5407",
    "POST, /api/admin/garbage/confirm, admin, 200/200",
    "GET, /api/token/upload?hash=H, tokens, 200/200",
    "GET, /api/token/download?hash=H, tokens, 200/200",
    "DELETE, /api/token?hash=H, tokens, 200/200",
    "GET, /api/file/info?hash=H, files, 404/5407",
    "DELETE, /api/file?hash=H, files, 404/5407",
    "GET, /api/files, files, 200/200",
    "GET, /api/file/upload/finish, files, 401/5301",
    "POST, /api/file/upload/finish, files, 401/5301"
  })
  void eachEndpointNeedsItsScope(String method, String path, String scope, String outcome) {
    String target = path.replace("=H", "=" + HASH);
    for (String id : List.of("tokens", "files", "admin", "tokens-files-admin")) {
      RunningGateway.Answer answer = gateway.backend(secret(id), method, target);
      if (id.contains(scope)) {
        assertThat(answer.outcome()).as(id).isEqualTo(outcome);
      } else {
        assertThat(answer.outcome()).as(id).isEqualTo("401/5303");
        assertThat(answer.text())
            .contains("systemToken '%s' has not the scope '%s'".formatted(id, scope));
      }
    }
    assertThat(gateway.call(method, target).outcome()).isEqualTo("401/5303");
    assertThat(gateway.backend(sha256(secret("tokens-files-admin")), method, target).outcome())
        .as("what is configured is no secret")
        .isEqualTo("401/5303");
  }

  @Test
  void anExpiredSecretIsNoneAndIsTold() {
    RunningGateway.Answer answer = gateway.backend(secret("old"), "GET", "/api/files");
    assertThat(answer.outcome()).isEqualTo("401/5303");
    assertThat(answer.text()).contains("systemToken 'old' expired at 2026-01-01T00:00:00Z");
  }

  // Rotation

  @Test
  void aSecretIsReplacedUnderLoadWithoutARefusal() throws Exception {
    write(entry("first", "files"));
    awaitGood("first");
    var current = new AtomicReference<>("first");
    var stopping = new AtomicBoolean();
    var good = new AtomicInteger();
    Queue<String> refused = new ConcurrentLinkedQueue<>();
    try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 4; i++) {
        clients.execute(
            () -> {
              while (!stopping.get()) {
                String outcome = outcome(current.get());
                if (outcome.equals("200/200")) {
                  good.incrementAndGet();
                } else {
                  refused.add(outcome);
                }
                LockSupport.parkNanos(PAUSE.toNanos());
              }
            });
      }
      write(entry("first", "files"), entry("second", "files"));
      awaitGood("second");
      current.set("second");
      int before = good.get();
      Awaitility.await().until(() -> good.get() > before + 10);
      write(entry("second", "files"));
      Awaitility.await().atMost(EFFECT).until(() -> outcome("first").equals("401/5303"));
      stopping.set(true);
    }
    assertThat(refused).isEmpty();
    assertThat(good).hasValueGreaterThan(20);
    assertThat(gateway.management("/metrics").text())
        .containsPattern("mas_system_tokens_uses_total\\{id=\"second\"} [1-9]")
        .containsPattern("mas_system_tokens_last_used_seconds\\{id=\"second\"} 1\\.\\d+E9");
  }

  private void awaitGood(String id) {
    Awaitility.await().atMost(EFFECT).until(() -> outcome(id).equals("200/200"));
  }

  private String outcome(String id) {
    return gateway.backend(secret(id), "GET", "/api/files?limit=1").outcome();
  }

  // Audit

  @Test
  void everyChangeIsALine(CapturedOutput output) {
    String all = secret("tokens-files-admin");
    String upload = token(gateway.backend(all, "GET", "/api/token/upload?hash=" + HASH));
    String download = token(gateway.backend(all, "GET", "/api/token/download?hash=" + HASH));
    String request = "request-of-" + "everyChangeIsALine";
    List<String> revocation =
        List.of(
            "systemToken",
            all,
            "token",
            download,
            "X-Request-Id",
            request,
            "X-Forwarded-For",
            "192.0.2.7");
    gateway.call("DELETE", "/api/token", revocation.toArray(String[]::new));
    gateway.call("POST", "/api/file/upload/finish", "systemToken", all, "token", upload);
    // Fails before it answers or after: the line says what the answer did.
    String asynchronous =
        gateway
            .call(
                "POST",
                "/api/file/upload/finish",
                "systemToken",
                all,
                "token",
                upload,
                "Prefer",
                "respond-async")
            .outcome();
    gateway.backend(all, "DELETE", "/api/token?hash=" + HASH);
    gateway.backend(all, "DELETE", "/api/file?hash=" + HASH);
    gateway.backend(all, "POST", "/api/admin/garbage/confirm");
    List<Map<String, String>> lines = linesSince(request);
    assertThat(lines)
        .extracting(line -> line.get("what") + " " + line.get("result"))
        .containsExactly(
            "token.revoke 200",
            "upload.finish 5410",
            "upload.finish.async " + asynchronous.substring(asynchronous.indexOf('/') + 1),
            "token.revoke.all 200",
            "file.delete 5407",
            "garbage.confirm 200");
    String fingerprint = sha256(download).substring(0, 16);
    assertThat(lines.getFirst())
        .containsEntry("token", fingerprint)
        .containsEntry("requestId", request);
    assertThat(lines().filter(line -> fingerprint.equals(line.get("token"))))
        .extracting(line -> line.get("what"))
        .containsExactly("token.issue.download", "token.revoke");
    assertThat(lines)
        .allSatisfy(
            line ->
                assertThat(line)
                    .containsEntry("who", "tokens-files-admin")
                    .containsEntry("client", "127.0.0.1")
                    .containsKey("requestId")
                    .hasEntrySatisfying("time", time -> assertThat(time).endsWith("Z")));
    assertThat(lines.subList(1, 5)).allMatch(line -> HASH.equals(line.get("hash")));
    assertThat(output.getAll()).doesNotContain(all, upload, download);
  }

  @Test
  void anEmptyTokenIsNotTakenForRevoked() {
    String all = secret("tokens-files-admin");
    String target = "/api/token?hash=" + HASH;
    assertThat(gateway.call("DELETE", target, "systemToken", all, "token", "").outcome())
        .isEqualTo("400/5204");
  }

  private static String token(RunningGateway.Answer answer) {
    return answer.text().replaceFirst(".*\"token\":\"([^\"]*)\".*", "$1");
  }

  private List<Map<String, String>> linesSince(String request) {
    return lines().dropWhile(line -> !request.equals(line.get("requestId"))).toList();
  }

  private Stream<Map<String, String>> lines() {
    return List.copyOf(audit.list).stream()
        .map(
            event ->
                Objects.requireNonNull(event.getKeyValuePairs()).stream()
                    .collect(
                        Collectors.toMap(pair -> pair.key, pair -> String.valueOf(pair.value))));
  }

  @Test
  void issuingIsALineAndReadingIsNone() {
    String all = secret("tokens-files-admin");
    long before = lines().count();
    gateway.backend(all, "GET", "/api/files");
    gateway.backend(all, "GET", "/api/file/info?hash=" + HASH);
    gateway.backend(all, "GET", "/api/server/signal");
    gateway.backend(secret("files"), "GET", "/api/token/upload?hash=" + HASH);
    gateway.backend(all, "GET", "/api/token/upload?hash=x");
    assertThat(lines().count()).isEqualTo(before);
    gateway.backend(all, "GET", "/api/token/upload?hash=" + HASH);
    gateway.backend(all, "GET", "/api/token/download?hash=" + HASH);
    assertThat(lines().skip(before))
        .extracting(line -> line.get("what") + " " + line.get("hash") + " " + line.get("result"))
        .containsExactly(
            "token.issue.upload " + HASH + " 200", "token.issue.download " + HASH + " 200");
  }
}

package io.mas.dev.operator;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Options, exit codes and messages, against a server that answers what a test says. */
class AskTest {
  private static final String HASH = "5a".repeat(32);
  private static final String HEALTHY =
      """
      {"time":1,"healthy":true,"may_fail":2,"nodes":[],"repair":null,"garbage":null,"unknown":[]}""";

  @TempDir Path directory;

  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final Map<String, String> environment = new TreeMap<>();
  private volatile int status = 200;
  private volatile String answer = ok(HEALTHY);
  private HttpServer server;
  private String out = "";
  private String err = "";

  private static String ok(String data) {
    return "{\"status\":true,\"code\":200,\"msg\":\"\",\"data\":" + data + "}";
  }

  private static String failure(int code, String msg) {
    return "{\"status\":false,\"code\":%d,\"msg\":\"%s\",\"data\":null}".formatted(code, msg);
  }

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
    environment.put("MAS_URL", "http://127.0.0.1:" + server.getAddress().getPort());
    environment.put("MAS_SYSTEM_TOKEN", "of-the-environment");
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    requests.add(
        exchange.getRequestURI() + " " + exchange.getRequestHeaders().getFirst("systemToken"));
    byte[] body = answer.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Location", "/elsewhere");
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  private int ask(String... arguments) {
    var outBytes = new ByteArrayOutputStream();
    var errBytes = new ByteArrayOutputStream();
    int code =
        new Ask(
                environment,
                new PrintStream(outBytes, true, StandardCharsets.UTF_8),
                new PrintStream(errBytes, true, StandardCharsets.UTF_8))
            .run(List.of(arguments));
    out = outBytes.toString(StandardCharsets.UTF_8);
    err = errBytes.toString(StandardCharsets.UTF_8);
    return code;
  }

  @Test
  void theExitCodeIsWhatTheStoreSays() {
    assertThat(ask("status")).isEqualTo(0);
    assertThat(out).startsWith("All is well");
    answer = ok(HEALTHY.replace("true", "false"));
    assertThat(ask("status")).isEqualTo(1);
    assertThat(out).startsWith("NOT WELL");
    assertThat(err).isEmpty();
  }

  @Test
  void forAScriptTheDataIsPrintedAsItCame() {
    assertThat(ask("status", "-o", "json")).isEqualTo(0);
    assertThat(out).isEqualTo(HEALTHY + "\n");
    environment.put("MAS_OUTPUT", "json");
    ask("status");
    assertThat(out).isEqualTo(HEALTHY + "\n");
    ask("status", "--output=text");
    assertThat(out).startsWith("All is well");
  }

  @Test
  void theTokenComesFromTheNearestPlace() throws IOException {
    Files.writeString(directory.resolve("system-token"), "of-the-data\n");
    Files.writeString(directory.resolve("file"), "of-the-file\n");
    String data = directory.toString();
    String file = directory.resolve("file").toString();
    ask("status", "--system-token", "given", "--system-token-file", file, "--data", data);
    ask("status", "--system-token-file", file, "--data", data);
    ask("status", "--data", data);
    environment.remove("MAS_SYSTEM_TOKEN");
    ask("status", "--data", data);
    environment.put("MAS_SYSTEM_TOKEN_FILE", file);
    ask("status", "--data", data);
    assertThat(requests)
        .extracting(request -> request.replaceFirst(".* ", ""))
        .containsExactly(
            "given", "of-the-file", "of-the-environment", "of-the-data", "of-the-file");
  }

  @Test
  void everyPageOfAFileIsAskedFor() {
    List<String> pages = new ArrayList<>();
    server.removeContext("/");
    server.createContext(
        "/api/admin/file",
        exchange -> {
          pages.add(String.valueOf(exchange.getRequestURI().getQuery()));
          boolean last = pages.size() == 3;
          answer =
              ok(
                  """
                  {"hash":"x","name":"n","size":1,"create_time":1,"live":true,"whole":%s,"parts":[],"cursor":%s}"""
                      .formatted(pages.size() != 2, last ? "null" : "\"c" + pages.size() + "\""));
          answer(exchange);
        });
    assertThat(ask("file", HASH, "-o", "json")).as("the second page is not whole").isEqualTo(1);
    assertThat(pages)
        .containsExactly(
            "hash=%s&cursor=".formatted(HASH),
            "hash=%s&cursor=c1".formatted(HASH),
            "hash=%s&cursor=c2".formatted(HASH));
    assertThat(out.lines()).hasSize(3);
  }

  @Test
  void anUnknownFileIsAnAnswer() {
    status = 404;
    answer = failure(5407, "no file x is stored");
    assertThat(ask("file", HASH)).isEqualTo(1);
    assertThat(err).isEqualTo("mas: no file x is stored\n");
  }

  // What cannot be asked

  @ParameterizedTest
  @CsvSource({
    "401, 5303, Give a systemToken of this store that has the scope 'admin'.",
    "429, 5429, 'It has too many requests under way; ask again, or another gateway.'",
    "404, 5205, 'Is this a gateway of MAS, of this version? Its address is --url.'",
    "503, 5500, 'Ask again, or another gateway; its log says more.'",
    "500, 5001, 'If this is a gateway of MAS, its log says more.'"
  })
  void aRefusalIsTwoAndSaysWhatToDo(int http, int code, String action) {
    status = http;
    answer = failure(code, "so it is");
    assertThat(ask("status")).isEqualTo(2);
    assertThat(err)
        .isEqualTo(
            "mas: %s refused with HTTP %d, code %d: so it is.\n%s\n"
                .formatted(environment.get("MAS_URL"), http, code, action));
    assertThat(out).isEmpty();
  }

  @Test
  void aRedirectIsNotFollowedSinceTheSecretWouldBeToo() {
    status = 302;
    assertThat(ask("status")).isEqualTo(2);
    assertThat(requests).hasSize(1);
  }

  @Test
  void whatIsNoGatewayIsTwo() {
    answer = "<html>hello</html>";
    assertThat(ask("status")).isEqualTo(2);
    assertThat(err).contains("is no gateway of MAS");
    answer = "[1]";
    assertThat(ask("status")).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource({
    "200, Say where one is with --url or MAS_URL.",
    "301, 'It leads elsewhere, perhaps from http to https: give that address '",
    "503, 'It seems to be a proxy that reaches no gateway: are any running?'"
  })
  void aPageOfAProxyIsToldByItsStatus(int http, String action) {
    status = http;
    answer = "<html>no upstream</html>";
    assertThat(ask("status")).isEqualTo(2);
    assertThat(err)
        .contains("is no gateway of MAS: HTTP %d, and its answer is no JSON".formatted(http))
        .contains(action);
  }

  @Test
  void nobodyThereIsTwo() {
    server.stop(0);
    assertThat(ask("status")).isEqualTo(2);
    assertThat(err)
        .startsWith("mas: No gateway answers at http://127.0.0.1:")
        .contains("Start one ('./mas up'), or say where one is with --url or MAS_URL.");
  }

  @Test
  void withoutATokenNobodyIsAsked() {
    environment.remove("MAS_SYSTEM_TOKEN");
    assertThat(ask("status", "--data", directory.toString())).isEqualTo(2);
    assertThat(err).contains("There is no systemToken").contains("MAS_SYSTEM_TOKEN");
    assertThat(ask("status", "--system-token-file", directory.resolve("none").toString()))
        .isEqualTo(2);
    assertThat(requests).isEmpty();
  }

  @Test
  void aTokenThatNoHeaderMayHaveIsTwoAndIsNotTold() {
    assertThat(ask("status", "--system-token", "sec\nret")).isEqualTo(2);
    assertThat(err).doesNotContain("sec", "ret\n").contains("character");
  }

  @Test
  void aMisspeltCommandIsTwo() {
    assertThat(ask("status", "--colour", "red")).isEqualTo(2);
    assertThat(err)
        .isEqualTo("mas: Unknown option '--colour'.\n'./mas status --help' lists the options.\n");
    assertThat(ask("status", "--url", "ftp://x")).isEqualTo(2);
    assertThat(ask("status", "-o", "xml")).isEqualTo(2);
    assertThat(ask("file")).isEqualTo(2);
    assertThat(ask("file", HASH.toUpperCase(Locale.ROOT))).isEqualTo(2);
    assertThat(ask("status", "--url")).isEqualTo(2);
    assertThat(requests).isEmpty();
  }

  @Test
  void helpNamesEveryOption() {
    assertThat(ask("status", "--help")).isEqualTo(0);
    assertThat(out)
        .contains("--url", "--system-token ", "--system-token-file", "--data", "--output")
        .contains("MAS_SYSTEM_TOKEN_FILE", "Exit code");
  }
}

package io.mas.api.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.mas.api.token.TokenGrant;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.OptionalLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** What every request has in common: envelopes, failures, ids, CORS, limits, the other port. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith(OutputCaptureExtension.class)
class HttpTest {
  private static final String READ =
      "POST /test/read HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n";

  private TestServer server;

  @BeforeAll
  void start() {
    server = TestServer.start("mas.limits.requests=12", "server.tomcat.connection-timeout=3s");
  }

  @AfterAll
  void stop() {
    server.close();
  }

  @Test
  void successIsAnEnvelope() throws IOException {
    RawClient.Answer answer = get("/test/get", "Accept: text/html");
    assertThat(answer.text())
        .isEqualTo("{\"status\":true,\"code\":200,\"msg\":\"\",\"data\":null}");
    assertThat(answer.header("Content-Type")).isEqualTo("application/json");
    assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
  }

  @Test
  void failureIsAnEnvelopeWithData() throws IOException {
    RawClient.Answer answer = post("/test/refuse");
    assertThat(answer.status()).isEqualTo(409);
    assertThat(answer.text())
        .isEqualTo(
            "{\"status\":false,\"code\":5405,\"msg\":\"refused\",\"data\":{\"missing\":\"1-3\"}}");
  }

  @Test
  void failureIsAProblemForThoseWhoAcceptIt() throws IOException {
    RawClient.Answer answer =
        post("/test/refuse", "Accept: application/json;q=0.5, application/problem+json");
    assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
    assertThat(answer.text())
        .contains("\"status\":409", "\"code\":5405", "\"msg\":\"refused\"")
        .contains("\"requestId\":\"" + answer.header("X-Request-Id") + '"');
  }

  @Test
  void aSaneRequestIdIsKeptAndAnyOtherReplaced() throws IOException {
    assertThat(get("/test/get", "X-Request-Id: a.B_c-1").header("X-Request-Id"))
        .isEqualTo("a.B_c-1");
    assertThat(get("/test/get", "X-Request-Id: a b").header("X-Request-Id"))
        .matches("[0-9a-f]{32}");
    assertThat(get("/test/get", "X-Request-Id: " + "a".repeat(65)).header("X-Request-Id"))
        .matches("[0-9a-f]{32}");
  }

  @Test
  void anUnforeseenFailureTellsNothing() throws IOException {
    RawClient.Answer boom = get("/test/boom");
    assertThat(boom.status()).isEqualTo(500);
    assertThat(boom.text())
        .contains("\"code\":5001")
        .doesNotContain(TestServer.SECRET, "Exception");
    RawClient.Answer memory = get("/test/memory");
    assertThat(memory.status()).isEqualTo(503);
    assertThat(memory.header("Retry-After")).isEqualTo("5");
    assertThat(memory.text()).doesNotContain(TestServer.SECRET, "Error");
  }

  @Test
  void anUnknownPathIs404() throws IOException {
    for (String path :
        new String[] {"/", "/nowhere", "/metrics", "/livez", "/error", "/test/get/"}) {
      RawClient.Answer answer = get(path);
      assertThat(answer.status()).as(path).isEqualTo(404);
      assertThat(answer.text()).contains("\"code\":5205");
    }
  }

  @Test
  void aWrongMethodIs405() throws IOException {
    for (String method : new String[] {"POST", "PUT", "DELETE", "PATCH", "TRACE"}) {
      try (RawClient client = server.connect()) {
        RawClient.Answer answer = client.request(method, "/test/get", "Content-Length: 0");
        assertThat(answer.status()).as(method).isEqualTo(405);
        assertThat(answer.header("Allow")).contains("GET");
        assertThat(answer.text()).contains("\"code\":5205");
      }
    }
  }

  @Test
  void anEncodedBodyIs415() throws IOException {
    RawClient.Answer answer = post("/test/read", "Content-Encoding: gzip");
    assertThat(answer.status()).isEqualTo(415);
    assertThat(answer.text()).contains("\"code\":5201");
  }

  @Test
  void aQueryThatCannotBeDecodedIs400AndNotLogged(CapturedOutput output) throws IOException {
    RawClient.Answer answer = get("/test/parameter?name=%zz" + TestServer.SECRET);
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.text()).contains("\"code\":5205").doesNotContain(TestServer.SECRET);
    assertThat(output).doesNotContain(TestServer.SECRET);
  }

  @Test
  void whatIsNoHttpIsRefusedInTheEnvelopeAndNotLogged(CapturedOutput output) throws IOException {
    for (String target : new String[] {"/test/get?a={" + TestServer.SECRET, "/test/%2e%2e/%2f"}) {
      RawClient.Answer answer = get(target);
      assertThat(answer.status()).as(target).isEqualTo(400);
      assertThat(answer.text())
          .contains("\"code\":5205")
          .doesNotContain(TestServer.SECRET, "Tomcat");
      assertThat(answer.header("X-Request-Id")).isNotNull();
    }
    assertThat(output).doesNotContain(TestServer.SECRET);
  }

  @Test
  void aHeaderLargerThan16KibIsRefused() throws IOException {
    assertThat(get("/test/get", "X-Large: " + "a".repeat(15_000)).status()).isEqualTo(200);
    assertThat(get("/test/get", "X-Large: " + "a".repeat(17_000)).status()).isEqualTo(400);
  }

  @Test
  void nothingIsSmuggledBehindTwoLengths() throws IOException {
    try (RawClient client = server.connect()) {
      String twoLengths = "Content-Length: 30\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
      client.send("POST /test/read HTTP/1.1\r\nHost: a\r\n" + twoLengths);
      client.send("GET /test/get HTTP/1.1\r\nHost: a\r\n\r\n");
      client.answer();
      assertThat(client.closed()).isTrue();
    }
  }

  @Test
  void twoContentLengthsAreRefused() throws IOException {
    try (RawClient client = server.connect()) {
      client.send(
          "POST /test/read HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd");
      assertThat(client.answer().status()).isEqualTo(400);
      assertThat(client.closed()).isTrue();
    }
  }

  @Test
  void aPreflightNeverAllowsTheSystemToken() throws IOException {
    try (RawClient client = server.connect()) {
      RawClient.Answer answer =
          client.request(
              "OPTIONS",
              "/api/file/upload/single",
              "Origin: https://shop.example",
              "Access-Control-Request-Method: POST",
              "Access-Control-Request-Headers: token, systemToken");
      assertThat(answer.status()).isEqualTo(204);
      assertThat(answer.header("Access-Control-Allow-Origin")).isEqualTo("*");
      assertThat(answer.header("Access-Control-Allow-Credentials")).isNull();
      assertThat(answer.header("Access-Control-Allow-Headers"))
          .isEqualTo("token, Content-Type, Range, If-Range, If-None-Match");
      assertThat(answer.header("Vary")).isNull();
    }
  }

  @Test
  void anyOriginMayReadAnswersAndFailures() throws IOException {
    for (String path : new String[] {"/test/get", "/test/boom", "/nowhere"}) {
      RawClient.Answer answer = get(path, "Origin: https://shop.example");
      assertThat(answer.header("Access-Control-Allow-Origin")).as(path).isEqualTo("*");
      assertThat(answer.header("Access-Control-Expose-Headers"))
          .isEqualTo(
              "ETag, Content-Range, Content-Disposition, Accept-Ranges, Repr-Digest,"
                  + " Retry-After, X-Request-Id");
    }
  }

  @Test
  void aTokenIsGoodForEightRequestsAtOnce() throws IOException {
    String token =
        server.tokens().issue(TokenGrant.upload(FakeFile.HASH, "", OptionalLong.empty()));
    var clients = new RawClient[8];
    int before = server.tokens().uses.get();
    try {
      for (int i = 0; i < clients.length; i++) {
        clients[i] = server.connect().send(upload(token));
      }
      Awaitility.await().until(() -> server.tokens().uses.get() == before + clients.length);
      assertThat(upload9(token)).isEqualTo(429);
    } finally {
      for (RawClient client : clients) {
        Objects.requireNonNull(client).close();
      }
    }
    Awaitility.await().until(() -> upload9(token) == 200);
  }

  @Test
  void requestsBeyondTheLimitAreToldToComeAgain() throws IOException {
    var clients = new RawClient[12];
    try {
      for (int i = 0; i < clients.length; i++) {
        clients[i] = server.connect().send(READ);
      }
      Awaitility.await().until(() -> get("/test/get").status() == 429);
      RawClient.Answer answer = get("/test/get");
      assertThat(answer.text()).contains("\"code\":5429");
      assertThat(answer.header("Retry-After")).isEqualTo("1");
      assertThat(ofBackend(TestServer.BACKEND)).isEqualTo(200);
      assertThat(ofBackend("another")).isEqualTo(429);
    } finally {
      for (RawClient client : clients) {
        Objects.requireNonNull(client).close();
      }
    }
    Awaitility.await().until(() -> get("/test/get").status() == 200);
  }

  private int ofBackend(String secret) throws IOException {
    try (RawClient client = server.connect()) {
      return client
          .send("GET /test/get HTTP/1.1\r\nHost: a\r\nsystemToken: %s\r\n\r\n".formatted(secret))
          .answer()
          .status();
    }
  }

  private int upload9(String token) throws IOException {
    try (RawClient client = server.connect()) {
      RawClient.Answer answer = client.send(upload(token)).send("hello").answer();
      assertThat(answer.status() == 429).isEqualTo(answer.header("Retry-After") != null);
      return answer.status();
    }
  }

  private static String upload(String token) {
    return "POST /test/upload HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\ntoken: %s\r\n\r\n"
        .formatted(token);
  }

  @Test
  void probesAndMetricsAreOnTheManagementPort() throws IOException {
    assertThat(management("/livez")).contains("\"status\":\"UP\"");
    assertThat(management("/readyz")).contains("\"status\":\"UP\"");
    get("/test/get");
    assertThat(management("/metrics"))
        .contains("mas_http_requests_seconds_count{code=\"200\",endpoint=\"/test/get\"")
        .contains("mas_http_bytes_total{direction=\"in\"}", "mas_http_underway");
  }

  private String management(String path) throws IOException {
    var uri = URI.create("http://127.0.0.1:" + server.managementPort() + path);
    try (InputStream in = uri.toURL().openStream()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void theLogNamesTheRequestAndNeverItsQuery(CapturedOutput output) throws IOException {
    RawClient.Answer answer =
        get("/test/file?token=" + TestServer.SECRET, "token: " + TestServer.SECRET);
    String id = Objects.requireNonNull(answer.header("X-Request-Id"));
    Awaitility.await().until(() -> output.getAll().contains("requestId=\"" + id + '"'));
    assertThat(output).contains("endpoint=\"/test/file\"").doesNotContain(TestServer.SECRET);
  }

  private RawClient.Answer get(String target, String... headers) throws IOException {
    try (RawClient client = server.connect()) {
      return client.get(target, headers);
    }
  }

  private RawClient.Answer post(String target, String... headers) throws IOException {
    try (RawClient client = server.connect()) {
      var lines = new StringBuilder();
      for (String header : headers) {
        lines.append(header).append("\r\n");
      }
      return client
          .send(
              "POST %s HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n%s\r\n".formatted(target, lines))
          .answer();
    }
  }
}

package io.mas.api.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.mas.api.token.TokenGrant;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Request bodies on a real socket: asked for, dropped, cut short, too slow, revoked. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BodyTest {
  private static final int LARGE = 20_000_000;

  private TestServer server;

  @BeforeAll
  void start() {
    server =
        TestServer.start(
            "mas.limits.rate-window=1s",
            "mas.limits.drain-time=2s",
            "server.tomcat.connection-timeout=5s");
  }

  @AfterAll
  void stop() {
    server.close();
  }

  @Test
  void aBodyIsAskedForWhenItIsRead() throws IOException {
    try (RawClient client = server.connect()) {
      client.send(post("/test/read", 5, "Expect: 100-continue\r\n"));
      assertThat(client.answer().status()).isEqualTo(100);
      client.send("hello");
      RawClient.Answer answer = client.answer();
      assertThat(answer.text()).endsWith("\"data\":5}");
      assertThat(answer.header("connection")).isNull();
      assertThat(client.get("/test/get").status()).isEqualTo(200);
    }
  }

  @Test
  void aBodyThatIsNotReadIsNeverAskedFor() throws IOException {
    for (String path : new String[] {"/test/ignore", "/test/refuse", "/nowhere"}) {
      try (RawClient client = server.connect()) {
        client.send(post(path, LARGE, "Expect: 100-continue\r\n"));
        RawClient.Answer answer = client.answer();
        assertThat(answer.status()).as(path).isNotEqualTo(100);
        assertThat(answer.complete()).isTrue();
        assertThat(answer.header("connection")).isEqualTo("close");
        assertThat(client.closed()).isTrue();
      }
    }
  }

  @Test
  void withoutExpectTheBodyIsDroppedAndTheConnectionGoesOn() throws IOException {
    for (String path :
        new String[] {"/test/ignore", "/test/refuse", "/test/refuse-late", "/nowhere"}) {
      try (RawClient client = server.connect()) {
        client.send(post(path, LARGE, "")).send(new byte[LARGE]);
        assertThat(client.answer().complete()).as(path).isTrue();
        assertThat(client.get("/test/get").status()).isEqualTo(200);
      }
    }
  }

  @Test
  void theAnswerComesBeforeTheBodyIsDropped() throws IOException {
    try (RawClient client = server.connect()) {
      client.send(post("/test/refuse", LARGE, "")).send(new byte[1000]);
      RawClient.Answer answer = client.answer();
      assertThat(answer.status()).isEqualTo(409);
      assertThat(answer.complete()).isTrue();
    }
  }

  @Test
  void droppingEndsAfterItsTime() throws IOException {
    try (RawClient client = server.connect()) {
      client.send(post("/test/refuse", LARGE, ""));
      assertThat(client.answer().status()).isEqualTo(409);
      Awaitility.await().until(() -> trickle(client));
    }
  }

  /** Sends at a fair rate; true when the server has had enough. */
  private static boolean trickle(RawClient client) {
    try {
      client.send(new byte[20_000]);
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  /** It would be read whole, and before any token: the parameters are those of the query. */
  @Test
  void aFormIsNoBodyThatAnybodyReads() throws IOException {
    String form = "Content-Type: application/x-www-form-urlencoded";
    for (String method : List.of("POST", "PUT", "DELETE", "PATCH")) {
      try (RawClient client = server.connect()) {
        assertThat(client.request(method, "/none", form, "Content-Length: 60000").status())
            .as(method)
            .isEqualTo(404);
      }
    }
    try (RawClient client = server.connect()) {
      assertThat(
              client
                  .request("POST", "/test/parameter?name=1", form, "Content-Length: 60000")
                  .text())
          .contains("\"data\":\"1\"");
    }
  }

  @Test
  void aBodyThatCannotBeReadIsAProblemForThoseWhoAcceptIt() throws IOException {
    try (RawClient client = server.connect()) {
      String request =
          """
          POST /test/read HTTP/1.1
          Host: test
          Transfer-Encoding: chunked
          Accept: application/problem+json

          zz
          """;
      RawClient.Answer answer = client.send(request.replace("\n", "\r\n")).answer();
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.header("Content-Type")).startsWith("application/problem+json");
      assertThat(answer.text())
          .contains("\"code\":5201", "\"requestId\":\"" + answer.header("X-Request-Id") + '"');
    }
  }

  @Test
  void aBodyThatIsCutShortIsUnreadable() throws IOException {
    try (RawClient client = server.connect()) {
      client.send(post("/test/read", 10, "")).send("hello").finishSending();
      RawClient.Answer answer = client.answer();
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.text()).contains("\"code\":5201");
    }
  }

  @Test
  void aBodyThatStopsIsUnreadable() throws IOException {
    try (RawClient client = server.connect()) {
      client.send(post("/test/read", 10, "")).send("hello");
      RawClient.Answer answer = client.answer();
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.text()).contains("\"code\":5201");
      assertThat(answer.header("X-Request-Id")).isNotNull();
      assertThat(client.closed()).isTrue();
    }
  }

  @Test
  void aBodyThatTricklesIsUnreadable() throws IOException {
    try (RawClient client = server.connect()) {
      client.send(post("/test/read", 1000, ""));
      Awaitility.await().until(() -> drip(client));
      RawClient.Answer answer = client.answer();
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.text()).contains("\"code\":5201");
    }
  }

  private static boolean drip(RawClient client) throws IOException {
    client.send("x");
    return client.hasAnswer();
  }

  @Test
  void aBlockedUploadEndsSoonAfterItsTokenIsRevoked() throws IOException {
    String token =
        server.tokens().issue(TokenGrant.upload(FakeFile.HASH, "", OptionalLong.empty()));
    try (RawClient client = server.connect()) {
      client.send(post("/test/upload", 10, "token: " + token + "\r\n")).send("hello");
      int before = server.tokens().keptAlive.get();
      Awaitility.await().until(() -> server.tokens().keptAlive.get() > before + 1);
      long start = System.nanoTime();
      server.tokens().revoke(token);
      assertThat(client.closed()).isTrue();
      assertThat(System.nanoTime() - start).isLessThan(3_000_000_000L);
    }
  }

  @Test
  void tokensThatCannotBeLookedAtKeepNoOtherFromItsEnd() throws IOException {
    List<RawClient> clients = new ArrayList<>();
    try {
      for (int i = 0; i < 5; i++) {
        String lost = blockedUpload(clients);
        server.tokens().loseSightOf(lost);
      }
      String revoked = blockedUpload(clients);
      server.tokens().revoke(revoked);
      assertThat(clients.getLast().closed()).isTrue();
    } finally {
      for (RawClient client : clients) {
        client.close();
      }
    }
  }

  /** Begins an upload whose body does not come, and waits until its token is used. */
  private String blockedUpload(List<RawClient> clients) throws IOException {
    String token =
        server.tokens().issue(TokenGrant.upload(FakeFile.HASH, "", OptionalLong.empty()));
    int before = server.tokens().uses.get();
    RawClient client = server.connect();
    clients.add(client);
    client.send(post("/test/upload", 10, "token: " + token + "\r\n")).send("hello");
    Awaitility.await().until(() -> server.tokens().uses.get() > before);
    return token;
  }

  @Test
  void anUploadThatMovesEndsWhenItsTokenIsRevoked() throws IOException {
    String token =
        server.tokens().issue(TokenGrant.upload(FakeFile.HASH, "", OptionalLong.empty()));
    try (RawClient client = server.connect()) {
      int before = server.tokens().uses.get();
      client.send(post("/test/upload", Integer.MAX_VALUE, "token: " + token + "\r\n"));
      Awaitility.await().until(() -> server.tokens().uses.get() > before);
      client.send(new byte[50_000]);
      server.tokens().revoke(token);
      Awaitility.await().until(() -> !sends(client) || client.hasAnswer());
    }
  }

  private static boolean sends(RawClient client) {
    try {
      client.send(new byte[50_000]);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void aDownloadThatNobodyReadsEndsSoonAfterItsTokenIsRevoked() throws IOException {
    String token = server.tokens().issue(TokenGrant.download(FakeFile.HASH, null, null));
    try (RawClient client = server.connect()) {
      client.send("GET /test/download HTTP/1.1\r\nHost: a\r\ntoken: " + token + "\r\n\r\n");
      client.readSome();
      int before = server.tokens().keptAlive.get();
      Awaitility.await().until(() -> server.tokens().keptAlive.get() > before + 2);
      server.tokens().revoke(token);
      Awaitility.await().until(() -> underWay() == 0);
      assertThat(client.drainToEnd()).isLessThan(1L << 30);
    }
  }

  private long underWay() throws IOException {
    try (RawClient management = new RawClient(server.managementPort())) {
      String metrics = management.get("/metrics").text();
      return metrics.lines().filter(l -> l.startsWith("mas_http_underway 0")).count() == 1 ? 0 : 1;
    }
  }

  private static String post(String path, long length, String headers) {
    return "POST %s HTTP/1.1\r\nHost: test\r\nContent-Length: %d\r\n%s\r\n"
        .formatted(path, length, headers);
  }
}

package io.mas.dev.install;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.mas.dev.install.StoreClient.Action;
import io.mas.dev.operator.AskOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is repeated, and what is not, against an HTTP server that refuses the first requests. */
class StoreClientTest {
  private static final Duration PATIENT = Duration.ofSeconds(20);

  private final AtomicInteger requests = new AtomicInteger();
  private HttpServer server;
  private int refusals;
  private int status;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    boolean refused = requests.incrementAndGet() <= refusals;
    String body =
        refused
            ? "{\"code\": 5101, \"msg\": \"not now\"}"
            : "{\"code\": 200, \"data\": {\"token\": \"t\"}}";
    exchange.getResponseHeaders().add("Retry-After", "0");
    exchange.sendResponseHeaders(refused ? status : 200, body.length());
    exchange.getResponseBody().write(body.getBytes(StandardCharsets.US_ASCII));
    exchange.close();
  }

  private StoreClient client(Duration patience) {
    URI url = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    return new StoreClient(new AskOptions(url, "secret", false), patience);
  }

  @ParameterizedTest
  @ValueSource(ints = {429, 502, 503, 504})
  void whatMayBeWellLaterIsRepeated(int refusal) {
    refusals = 3;
    status = refusal;
    try (StoreClient client = client(PATIENT)) {
      assertThat(client.token(Action.UPLOAD, "h")).isEqualTo("t");
      assertThat(client.repeated()).isEqualTo(3);
    }
  }

  @Test
  void withoutPatienceTheFirstRefusalCounts() {
    refusals = 1;
    status = 503;
    try (StoreClient client = client(Duration.ZERO)) {
      assertThatThrownBy(() -> client.token(Action.UPLOAD, "h"))
          .isInstanceOf(TrialFailedException.class)
          .hasMessageContaining("HTTP 503, code 5101: not now");
      assertThat(client.repeated()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 401, 404, 500})
  void whatWillNotBeWellLaterIsNot(int refusal) {
    refusals = 1;
    status = refusal;
    try (StoreClient client = client(PATIENT)) {
      assertThatThrownBy(() -> client.token(Action.UPLOAD, "h"))
          .isInstanceOf(TrialFailedException.class);
      assertThat(requests).hasValue(1);
    }
  }
}

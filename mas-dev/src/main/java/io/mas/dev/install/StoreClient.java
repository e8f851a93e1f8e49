package io.mas.dev.install;

import io.mas.dev.operator.AskOptions;
import io.mas.dev.operator.CannotAskException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The public API as a backend and a browser use it together. Used by one thread. */
final class StoreClient implements AutoCloseable {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final Duration TIMEOUT = Duration.ofSeconds(60);
  private static final String BOUNDARY = "mas-try-boundary";
  private static final int OK = 200;

  /** Statuses of what may be well a moment later: of a gateway, or of a proxy before it. */
  private static final Set<Integer> PASSING = Set.of(429, 502, 503, 504);

  /** Before a request is repeated whose answer does not say when. */
  private static final long PAUSE_MILLIS = 500;

  private final AskOptions options;
  private final Duration patience;
  private int repeated;
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();

  /**
   * @param patience how long a request is repeated that no gateway answers, or not for now. Each
   *     request of the API may be: it does the same again, or has been done
   */
  StoreClient(AskOptions options, Duration patience) {
    this.options = options;
    this.patience = patience;
  }

  /** How many requests were sent again. */
  int repeated() {
    return repeated;
  }

  /** An action that a token is good for. */
  enum Action {
    UPLOAD("upload"),
    DOWNLOAD("download");

    private final String path;

    Action(String path) {
      this.path = path;
    }
  }

  /** A new token. */
  String token(Action action, String hash) {
    HttpRequest.Builder request = request("/api/token/%s?hash=%s".formatted(action.path, hash));
    return data(backend(request).GET()).path("token").asString();
  }

  /** Stores a file in one request. */
  JsonNode single(String token, byte[] content) {
    return data(form(request("/api/file/upload/single").header("token", token), content));
  }

  JsonNode init(String token) {
    return data(request("/api/file/upload/init?name=mas-try.bin").header("token", token).GET());
  }

  /**
   * Stores a chunk.
   *
   * @param number from 1
   */
  JsonNode chunk(String token, int number, byte[] content) {
    String path = "/api/file/upload/chuck?chuck=" + number;
    return data(form(request(path).header("token", token), content));
  }

  JsonNode finish(String token) {
    return data(backend(request("/api/file/upload/finish").header("token", token)).GET());
  }

  /**
   * The bytes of a file.
   *
   * @param range such as {@code bytes=0-9}; empty for all of it
   * @param expected status, 200 or 206
   */
  byte[] download(String token, String range, int expected) {
    HttpRequest.Builder request = request("/api/file/upload/download").header("token", token);
    HttpResponse<byte[]> answer =
        send((range.isEmpty() ? request : request.header("Range", range)).GET());
    if (answer.statusCode() != expected) {
      throw refused(answer);
    }
    return answer.body();
  }

  void delete(String hash) {
    data(backend(request("/api/file?hash=" + hash)).DELETE());
  }

  /** The code that the store answers when it is asked for a file; 200 if it is there. */
  int code(String hash) {
    return code(send(backend(request("/api/file/info?hash=" + hash)).GET()));
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(options.url().resolve(path)).timeout(TIMEOUT);
  }

  private HttpRequest.Builder backend(HttpRequest.Builder request) {
    return request.header("systemToken", options.systemToken());
  }

  private static HttpRequest.Builder form(HttpRequest.Builder request, byte[] content) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.writeBytes(
        ascii(
            "--%s\r\nContent-Disposition: form-data; name=\"file\"; filename=\"mas-try.bin\"\r\n\r\n"
                .formatted(BOUNDARY)));
    body.writeBytes(content);
    body.writeBytes(ascii("\r\n--%s--\r\n".formatted(BOUNDARY)));
    return request
        .header("Content-Type", "multipart/form-data; boundary=" + BOUNDARY)
        .POST(BodyPublishers.ofByteArray(body.toByteArray()));
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private JsonNode data(HttpRequest.Builder request) {
    HttpResponse<byte[]> answer = send(request);
    if (answer.statusCode() != OK || code(answer) != OK) {
      throw refused(answer);
    }
    return JSON.readTree(answer.body()).path("data");
  }

  private HttpResponse<byte[]> send(HttpRequest.Builder builder) {
    HttpRequest request = builder.build();
    long end = System.nanoTime() + patience.toNanos();
    while (true) {
      boolean last = System.nanoTime() - end >= 0;
      try {
        Optional<HttpResponse<byte[]>> answer = answer(request, last);
        if (answer.isPresent() && (last || !PASSING.contains(answer.get().statusCode()))) {
          return answer.get();
        }
        Thread.sleep(answer.map(StoreClient::pauseMillis).orElse(PAUSE_MILLIS));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
      repeated++;
    }
  }

  /** Empty if there was none; but not the last time. */
  private Optional<HttpResponse<byte[]>> answer(HttpRequest request, boolean last)
      throws InterruptedException {
    try {
      return Optional.of(http.send(request, BodyHandlers.ofByteArray()));
    } catch (IOException e) {
      if (last) {
        throw new CannotAskException(
            "No gateway answers at %s: %s.".formatted(options.url(), e),
            "Are gateways ready? Their logs tell more.");
      }
      return Optional.empty();
    }
  }

  /** What the store asks for, RFC 9110 section 10.2.3. */
  private static long pauseMillis(HttpResponse<?> answer) {
    return answer
        .headers()
        .firstValue("Retry-After")
        .filter(seconds -> seconds.matches("[0-9]{1,3}"))
        .map(seconds -> Long.parseLong(seconds) * 1_000)
        .orElse(PAUSE_MILLIS);
  }

  private static int code(HttpResponse<byte[]> answer) {
    try {
      return JSON.readTree(answer.body()).path("code").asInt(0);
    } catch (JacksonException e) {
      return 0;
    }
  }

  private static TrialFailedException refused(HttpResponse<byte[]> answer) {
    String said = "";
    try {
      said = JSON.readTree(answer.body()).path("msg").asString("");
    } catch (JacksonException _) {
      // Then the status has to do.
    }
    return new TrialFailedException(
        "%s %s was answered by HTTP %d, code %d: %s"
            .formatted(
                answer.request().method(),
                answer.uri().getPath(),
                answer.statusCode(),
                code(answer),
                said));
  }

  @Override
  public void close() {
    http.close();
  }
}

package io.mas.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a business backend and a browser do, over real HTTP. Thread-safe. */
final class MasClient implements AutoCloseable {
  private static final String BOUNDARY = "mas-test-boundary-7f2c";

  private final URI api;
  private final String systemToken;
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(10))
          .executor(Executors.newVirtualThreadPerTaskExecutor())
          .build();

  MasClient(URI api, String systemToken) {
    this.api = api;
    this.systemToken = systemToken;
  }

  /**
   * A JSON answer.
   *
   * @param code of the envelope: 200, or a code of the contract
   */
  record Answer(int status, int code, JsonNode data, HttpHeaders headers) {
    boolean ok() {
      return status == 200 && code == 200;
    }

    boolean persistent() {
      return data.path("persistence").asBoolean();
    }
  }

  /**
   * A download.
   *
   * @param code of the envelope of a refusal, 200 for bytes
   * @param sha256 of the bytes that came
   * @param whole false if the connection broke off
   */
  record Download(
      int status, int code, HttpHeaders headers, long length, String sha256, boolean whole) {
    boolean is(Content content) {
      return status == 200 && whole && sha256.equals(content.hash());
    }
  }

  String uploadToken(String hash) {
    return token("upload", hash, "");
  }

  String uploadToken(String hash, String session) {
    return token("upload", hash, "&session=" + session);
  }

  String downloadToken(String hash) {
    return token("download", hash, "");
  }

  private String token(String action, String hash, String more) {
    Answer answer =
        get("/api/token/" + action + "?hash=" + hash + more, "systemToken", systemToken);
    if (!answer.ok()) {
      throw new IllegalStateException("no token: " + answer.status() + " " + answer.code());
    }
    return answer.data().path("token").asString();
  }

  /** Stores a file in one request. */
  Answer single(Content content) {
    return single(uploadToken(content.hash()), content);
  }

  Answer single(String token, Content content) {
    return post("/api/file/upload/single", token, content);
  }

  Answer init(String token, String name) {
    return get("/api/file/upload/init?name=" + URLEncoder.encode(name, UTF_8), "token", token);
  }

  Answer chunk(String token, int number, Content content) {
    return post("/api/file/upload/chuck?chuck=" + number, token, content);
  }

  Answer finish(String token) {
    return answer(
        request("/api/file/upload/finish")
            .header("token", token)
            .header("systemToken", systemToken));
  }

  Answer abort(String token) {
    return answer(request("/api/file/upload/init").header("token", token).DELETE());
  }

  Answer info(String hash) {
    return get("/api/file/info?hash=" + hash, "systemToken", systemToken);
  }

  Answer delete(String hash) {
    return answer(request("/api/file?hash=" + hash).header("systemToken", systemToken).DELETE());
  }

  Download download(String hash, String... headers) {
    HttpRequest.Builder request =
        request("/api/file/upload/download").header("token", downloadToken(hash));
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return receive(request);
  }

  /** From an offset on, with the token in the query as a browser's link has it. */
  Download seek(String hash, long offset) {
    return receive(
        request(
            "/api/file/upload/download?seek=%d&token=%s".formatted(offset, downloadToken(hash))));
  }

  private Download receive(HttpRequest.Builder request) {
    HttpResponse<InputStream> response = send(request, BodyHandlers.ofInputStream());
    try (InputStream body = response.body()) {
      if (response.statusCode() >= 400) {
        int code = json(new String(body.readAllBytes(), UTF_8)).path("code").asInt();
        return new Download(response.statusCode(), code, response.headers(), 0, "", true);
      }
      Counter counter = new Counter();
      String hash = Content.sha256(body, counter);
      return new Download(
          response.statusCode(), 200, response.headers(), counter.count, hash, true);
    } catch (IOException brokeOff) {
      return new Download(response.statusCode(), 200, response.headers(), 0, "", false);
    }
  }

  private Answer get(String path, String header, String value) {
    return answer(request(path).header(header, value));
  }

  private Answer post(String path, String token, Content content) {
    byte[] head =
        """
        --%s\r
        Content-Disposition: form-data; name="file"; filename="%s"\r
        Content-Type: application/octet-stream\r
        \r
        """
            .formatted(BOUNDARY, content.name())
            .getBytes(UTF_8);
    byte[] tail = "\r\n--%s--\r\n".formatted(BOUNDARY).getBytes(UTF_8);
    var body =
        BodyPublishers.ofInputStream(
            () ->
                new SequenceInputStream(
                    Collections.enumeration(
                        List.of(
                            new ByteArrayInputStream(head),
                            content.open(),
                            new ByteArrayInputStream(tail)))));
    return answer(
        request(path)
            .header("token", token)
            .header("Content-Type", "multipart/form-data; boundary=" + BOUNDARY)
            .POST(
                BodyPublishers.fromPublisher(body, head.length + content.length() + tail.length)));
  }

  private HttpRequest.Builder request(String pathAndQuery) {
    return HttpRequest.newBuilder(api.resolve(pathAndQuery)).timeout(Duration.ofMinutes(10));
  }

  private Answer answer(HttpRequest.Builder request) {
    HttpResponse<String> response = send(request, BodyHandlers.ofString());
    JsonNode envelope = json(response.body());
    return new Answer(
        response.statusCode(),
        envelope.path("code").asInt(),
        envelope.path("data"),
        response.headers());
  }

  private static JsonNode json(String text) {
    return Optional.ofNullable(JsonMapper.shared().readTree(text)).orElseThrow();
  }

  private <T> HttpResponse<T> send(HttpRequest.Builder request, HttpResponse.BodyHandler<T> body) {
    try {
      return http.send(request.build(), body);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for an answer", e);
    }
  }

  @Override
  public void close() {
    http.shutdownNow();
  }

  private static final class Counter extends OutputStream {
    long count;

    @Override
    public void write(int b) {
      count++;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
      count += length;
    }
  }
}

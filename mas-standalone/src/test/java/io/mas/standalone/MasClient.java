package io.mas.standalone;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.net.http.HttpResponse.ResponseInfo;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a business backend and a browser do, over real HTTP, with one gateway. Thread-safe. */
public final class MasClient implements AutoCloseable {
  private static final String BOUNDARY = "mas-test-boundary-7f2c";
  private static final Duration LONG = Duration.ofMinutes(10);

  private final URI api;
  private final String systemToken;
  private final Duration deadline;
  private final HttpClient http;

  MasClient(URI api, String systemToken) {
    this(api, systemToken, LONG);
  }

  /**
   * @param deadline of each exchange, to the last byte of its answer
   */
  public MasClient(URI api, String systemToken, Duration deadline) {
    this(
        api,
        systemToken,
        deadline,
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10))
            .executor(Executors.newVirtualThreadPerTaskExecutor())
            .build());
  }

  private MasClient(URI api, String systemToken, Duration deadline, HttpClient http) {
    this.api = api;
    this.systemToken = systemToken;
    this.deadline = deadline;
    this.http = http;
  }

  /** An exchange that was not over at its deadline. */
  public static final class HungException extends RuntimeException {
    private static final long serialVersionUID = 1;

    HungException(String message) {
      super(message);
    }
  }

  /**
   * A JSON answer.
   *
   * @param code of the envelope: 200, or a code of the contract
   */
  public record Answer(int status, int code, JsonNode data, HttpHeaders headers) {
    public boolean ok() {
      return status == 200 && code == 200;
    }

    public boolean persistent() {
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
  public record Download(
      int status, int code, HttpHeaders headers, long length, String sha256, boolean whole) {
    public boolean is(Content content) {
      return status == 200 && holds(content);
    }

    /** Whether the bytes that came are these, be it a file or a range of one. */
    public boolean holds(Content content) {
      return whole && length == content.length() && sha256.equals(content.hash());
    }

    /** Whether the connection broke off, and what had come by then is the content's begin. */
    public boolean isBeginOf(Content content) {
      return status == 200
          && !whole
          && length <= content.length()
          && sha256.equals(content.slice(0, length).hash());
    }
  }

  /**
   * A download that was kept.
   *
   * @param code of the envelope of a refusal, 200 for bytes
   * @param body each byte as a character of ISO 8859-1
   */
  public record Bytes(int status, int code, HttpHeaders headers, String body) {}

  /** Base URI of the gateway. */
  public URI api() {
    return api;
  }

  /** The same gateway for a backend with another secret; closed with this one. */
  public MasClient withSystemToken(String other) {
    return new MasClient(api, other, deadline, http);
  }

  public String uploadToken(String hash) {
    return token("upload", hash, "");
  }

  public String uploadToken(String hash, String session) {
    return token("upload", hash, "&session=" + session);
  }

  public String downloadToken(String hash) {
    return token("download", hash, "");
  }

  private String token(String action, String hash, String more) {
    Answer answer = requestToken(action, hash, more);
    if (!answer.ok()) {
      throw new IllegalStateException("no token: " + answer.status() + " " + answer.code());
    }
    return token(answer);
  }

  /**
   * Asks for a token and hands back whatever came.
   *
   * @param action {@code upload} or {@code download}
   * @param more further parameters, such as {@code &session=a}
   */
  public Answer requestToken(String action, String hash, String more) {
    return get("/api/token/" + action + "?hash=" + hash + more, "systemToken", systemToken);
  }

  /** The token in an answer that has one. */
  public static String token(Answer answer) {
    return answer.data().path("token").asString();
  }

  /** Revokes one token. */
  public Answer revoke(String token) {
    return answer(
        request("/api/token").header("systemToken", systemToken).header("token", token).DELETE());
  }

  /** Revokes all tokens of a hash. */
  public Answer revokeAll(String hash) {
    return answer(request("/api/token?hash=" + hash).header("systemToken", systemToken).DELETE());
  }

  /** Stores a file in one request. */
  public Answer single(Content content) {
    return single(uploadToken(content.hash()), content);
  }

  public Answer single(String token, Content content) {
    return post("/api/file/upload/single", token, content);
  }

  public Answer init(String token, String name) {
    return get("/api/file/upload/init?name=" + URLEncoder.encode(name, UTF_8), "token", token);
  }

  public Answer chunk(String token, int number, Content content) {
    return post("/api/file/upload/chuck?chuck=" + number, token, content);
  }

  public Answer finish(String token) {
    return answer(
        request("/api/file/upload/finish")
            .header("token", token)
            .header("systemToken", systemToken));
  }

  public Answer abort(String token) {
    return answer(request("/api/file/upload/init").header("token", token).DELETE());
  }

  public Answer info(String hash) {
    return get("/api/file/info?hash=" + hash, "systemToken", systemToken);
  }

  public Answer delete(String hash) {
    return answer(request("/api/file?hash=" + hash).header("systemToken", systemToken).DELETE());
  }

  /** The addresses of the storage nodes, {@code host:port}. */
  public List<String> signal() {
    Answer answer = get("/api/server/signal", "systemToken", systemToken);
    return answer.data().path("ip").valueStream().map(JsonNode::asString).toList();
  }

  /** One page of the files whose names begin with {@code prefix}; a cursor of "" is the first. */
  public Answer list(String prefix, String cursor, int limit) {
    String from = cursor.isEmpty() ? "" : "&cursor=" + URLEncoder.encode(cursor, UTF_8);
    String name = URLEncoder.encode(prefix, UTF_8);
    return get(
        "/api/files?name=%s&limit=%d%s".formatted(name, limit, from), "systemToken", systemToken);
  }

  public Download download(String hash, String... headers) {
    return fetch(downloadToken(hash), headers);
  }

  /** Downloads with a token there is, such as the one of {@link #downloadToken}. */
  public Download fetch(String token, String... headers) {
    return receive(requestBytes(token, headers));
  }

  /** A download whose bytes the caller takes as slowly as it likes; no deadline ends it. */
  public InputStream open(String token, String... headers) {
    return send(requestBytes(token, headers), BodyHandlers.ofInputStream()).body();
  }

  /** The bytes of a small download, as they came. */
  public Bytes fetchBytes(String token, String... headers) {
    HttpResponse<String> response =
        send(requestBytes(token, headers), BodyHandlers.ofString(ISO_8859_1));
    int code = response.statusCode() < 400 ? 200 : json(response.body()).path("code").asInt();
    return new Bytes(response.statusCode(), code, response.headers(), response.body());
  }

  private HttpRequest.Builder requestBytes(String token, String... headers) {
    HttpRequest.Builder request = request("/api/file/upload/download").header("token", token);
    return headers.length == 0 ? request : request.headers(headers);
  }

  public Download seek(String hash, long offset) {
    return fetchFrom(downloadToken(hash), offset);
  }

  /** From an offset on, with the token in the query as a browser's link has it. */
  public Download fetchFrom(String token, long offset) {
    return receive(request("/api/file/upload/download?seek=%d&token=%s".formatted(offset, token)));
  }

  private Download receive(HttpRequest.Builder request) {
    AtomicReference<@Nullable ResponseInfo> begun = new AtomicReference<>();
    Digest digest = new Digest();
    try {
      return send(
              request,
              answer -> {
                begun.set(answer);
                return answer.statusCode() >= 400 ? refusal(answer) : bytes(answer, digest);
              })
          .body();
    } catch (UncheckedIOException brokeOff) {
      ResponseInfo answer = begun.get();
      if (answer == null) {
        throw brokeOff;
      }
      return digest.download(answer, false);
    }
  }

  private static BodySubscriber<Download> refusal(ResponseInfo answer) {
    return BodySubscribers.mapping(
        BodySubscribers.ofString(UTF_8),
        text -> {
          int code = json(text).path("code").asInt();
          return new Download(answer.statusCode(), code, answer.headers(), 0, "", true);
        });
  }

  private static BodySubscriber<Download> bytes(ResponseInfo answer, Digest digest) {
    return BodySubscribers.mapping(
        BodySubscribers.ofByteArrayConsumer(piece -> piece.ifPresent(digest::add)),
        _ -> digest.download(answer, true));
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
    return HttpRequest.newBuilder(api.resolve(pathAndQuery));
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

  private <T> HttpResponse<T> send(HttpRequest.Builder builder, BodyHandler<T> body) {
    HttpRequest request = builder.build();
    CompletableFuture<HttpResponse<T>> exchange = http.sendAsync(request, body);
    try {
      return exchange.get(deadline.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException io
          ? new UncheckedIOException(io)
          : new IllegalStateException("%s broke down".formatted(what(request)), e.getCause());
    } catch (TimeoutException e) {
      exchange.cancel(true);
      throw new HungException("%s is not over after %s".formatted(what(request), deadline));
    } catch (InterruptedException e) {
      exchange.cancel(true);
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for an answer", e);
    }
  }

  private static String what(HttpRequest request) {
    return request.method() + " " + request.uri().getPath();
  }

  @Override
  public void close() {
    http.shutdownNow();
  }

  /** Length and SHA-256 of what comes, without keeping it. */
  private static final class Digest {
    private final MessageDigest digest = Content.digest();
    private long length;

    synchronized void add(byte[] piece) {
      digest.update(piece);
      length += piece.length;
    }

    synchronized Download download(ResponseInfo answer, boolean whole) {
      String hash = HexFormat.of().formatHex(digest.digest());
      return new Download(answer.statusCode(), 200, answer.headers(), length, hash, whole);
    }
  }
}

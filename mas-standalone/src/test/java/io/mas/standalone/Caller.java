package io.mas.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Calls the API with exactly what a test says, and hands back exactly what came. */
final class Caller implements AutoCloseable {
  private static final String BOUNDARY = "----boundary-of-a-browser";

  private final URI api;
  private final String systemToken;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  Caller(Cluster cluster) {
    this(cluster.api(), cluster.systemToken());
  }

  /** A caller of the gateway that is there. */
  Caller(URI api, String systemToken) {
    this.api = api;
    this.systemToken = systemToken;
  }

  /**
   * An answer.
   *
   * @param text the body
   */
  record Reply(int status, String text, HttpHeaders headers) {

    /** The HTTP status and the code of the envelope, such as {@code 401/5301}. */
    String outcome() {
      return status + "/" + text.replaceFirst(".*?\"code\":(\\d+).*", "$1");
    }

    /** The value of a field of the answer, as it is written. */
    String field(String name) {
      return text.replaceFirst("(?s).*\"" + name + "\":\"?([^\",}]*).*", "$1");
    }
  }

  Reply get(String path, String... headers) {
    return call("GET", path, new byte[0], headers);
  }

  /** A request of the backend. */
  Reply backend(String method, String path) {
    return call(method, path, new byte[0], "systemToken", systemToken);
  }

  Reply finish(String token, String query) {
    return get("/api/file/upload/finish" + query, "token", token, "systemToken", systemToken);
  }

  String systemToken() {
    return systemToken;
  }

  String uploadToken(String content, String more) {
    return backend("GET", "/api/token/upload?hash=" + hash(content) + more).field("token");
  }

  String downloadToken(String content, String more) {
    return backend("GET", "/api/token/download?hash=" + hash(content) + more).field("token");
  }

  Reply single(String token, String filename, String content) {
    return post("/api/file/upload/single", token, file(filename, content));
  }

  Reply chunk(String token, int number, String content) {
    return post("/api/file/upload/chuck?chuck=" + number, token, file("blob", content));
  }

  /** Sends a form of these parts. */
  Reply post(String path, String token, String... parts) {
    var body = new ByteArrayOutputStream();
    for (String part : parts) {
      body.writeBytes(("--" + BOUNDARY + "\r\n" + part + "\r\n").getBytes(UTF_8));
    }
    body.writeBytes(("--" + BOUNDARY + "--\r\n").getBytes(UTF_8));
    String type = "multipart/form-data; boundary=" + BOUNDARY;
    return call("POST", path, body.toByteArray(), "token", token, "Content-Type", type);
  }

  static String file(String filename, String content) {
    return "Content-Disposition: form-data; name=\"file\"; filename=\"%s\"\r\n\r\n%s"
        .formatted(filename, content);
  }

  static String field(String name, String value) {
    return "Content-Disposition: form-data; name=\"%s\"\r\n\r\n%s".formatted(name, value);
  }

  static String hash(String content) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(content.getBytes(UTF_8));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  Reply call(String method, String path, byte[] body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(api.resolve(path)).method(method, BodyPublishers.ofByteArray(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    try {
      HttpResponse<String> response = http.send(request.build(), BodyHandlers.ofString());
      return new Reply(response.statusCode(), response.body(), response.headers());
    } catch (IOException e) {
      throw new IllegalStateException("no answer to " + method + " " + path, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for an answer", e);
    }
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}

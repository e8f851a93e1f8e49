package io.mas.api;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import org.springframework.context.ConfigurableApplicationContext;

/** A gateway and a client of it. */
final class RunningGateway implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  private final ConfigurableApplicationContext context;
  private final HttpClient http = HttpClient.newHttpClient();

  RunningGateway(Outside outside, Map<String, ?> settings) {
    this.context = outside.start(settings);
  }

  /**
   * An answer.
   *
   * @param outcome the HTTP status and the code of the envelope, such as {@code 401/5301}
   */
  record Answer(String outcome, String text) {}

  Answer call(String method, String path, String... headers) {
    return send("local.server.port", method, path, headers);
  }

  /** A request of the backend. */
  Answer backend(String secret, String method, String path) {
    return call(method, path, "systemToken", secret);
  }

  Answer management(String path) {
    return send("local.management.port", "GET", path);
  }

  private Answer send(String port, String method, String path, String... headers) {
    String address = "http://127.0.0.1:" + context.getEnvironment().getRequiredProperty(port);
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(address + path))
            .timeout(TIMEOUT)
            .method(method, BodyPublishers.noBody());
    if (headers.length > 0) {
      request.headers(headers);
    }
    try {
      var answer = http.send(request.build(), BodyHandlers.ofString());
      String text = answer.body();
      String code = text.replaceFirst("(?s).*?\"code\":(\\d+).*", "$1");
      return new Answer(answer.statusCode() + "/" + code, text);
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    http.close();
    context.close();
  }
}

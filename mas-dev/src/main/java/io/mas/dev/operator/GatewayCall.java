package io.mas.dev.operator;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import javax.net.ssl.SSLException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Asks a gateway. With {@link HttpURLConnection}, which is ready in a fifth of the time that the
 * newer client of the JDK takes.
 */
public final class GatewayCall {
  private static final int CONNECT_MILLIS = 3_000;

  /**
   * A gateway answers within a second, or says what it could not learn; the network may be slow.
   */
  private static final int READ_MILLIS = 10_000;

  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final AskOptions options;

  /** Asks the gateway that the options name. */
  public GatewayCall(AskOptions options) {
    this.options = options;
  }

  /**
   * The data of an answer.
   *
   * @throws NoSuchFileException 404 / 5407
   * @throws CannotAskException if there is no answer, or it is a refusal
   */
  public JsonNode get(String path) {
    URI target = URI.create(options.url() + path);
    try {
      HttpURLConnection connection = (HttpURLConnection) target.toURL().openConnection();
      connection.setConnectTimeout(CONNECT_MILLIS);
      connection.setReadTimeout(READ_MILLIS);
      // Wherever it led, the secret would go there too.
      connection.setInstanceFollowRedirects(false);
      connection.setRequestProperty("systemToken", options.systemToken());
      return data(connection.getResponseCode(), body(connection));
    } catch (SSLException e) {
      throw new CannotAskException(
          "What answers at %s is not trusted: %s.".formatted(options.url(), reason(e)),
          "Is its certificate expired, or of another name? One that your own authority has signed is trusted with JAVA_TOOL_OPTIONS='-Djavax.net.ssl.trustStore=FILE'.");
    } catch (IOException e) {
      throw new CannotAskException(
          "No gateway answers at %s: %s.".formatted(options.url(), reason(e)),
          "Start one ('./mas up'), or say where one is with --url or MAS_URL. If it should be there: its log and its /readyz on the management port tell more.");
    } catch (IllegalArgumentException e) {
      throw new CannotAskException(
          "The systemToken has a character that no header may have.", "Give it as it was issued.");
    }
  }

  private static String reason(IOException e) {
    return Objects.requireNonNullElse(e.getMessage(), e.getClass().getSimpleName());
  }

  private static String body(HttpURLConnection connection) throws IOException {
    InputStream error = connection.getErrorStream();
    try (InputStream in = error != null ? error : connection.getInputStream()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private JsonNode data(int status, String body) {
    JsonNode answer = parsed(status, body);
    String said = Words.plain(answer.path("msg").asString(""));
    int code = answer.path("code").asInt(0);
    if (status == HttpURLConnection.HTTP_OK && code == HttpURLConnection.HTTP_OK) {
      return answer.path("data");
    }
    if (code == NoSuchFileException.CODE) {
      throw new NoSuchFileException(said);
    }
    throw refused(status, code, said);
  }

  private CannotAskException refused(int status, int code, String said) {
    String problem =
        "%s refused with HTTP %d, code %d: %s.".formatted(options.url(), status, code, said);
    String action =
        switch (status) {
          case 401 -> "Give a systemToken of this store that has the scope 'admin'.";
          case 429 -> "It has too many requests under way; ask again, or another gateway.";
          case 404, 405 -> "Is this a gateway of MAS, of this version? Its address is --url.";
          case 503 -> "Ask again, or another gateway; its log says more.";
          default -> "If this is a gateway of MAS, its log says more.";
        };
    return new CannotAskException(problem, action);
  }

  private JsonNode parsed(int status, String body) {
    try {
      JsonNode answer = JSON.readTree(body);
      if (answer.isObject()) {
        return answer;
      }
    } catch (JacksonException e) {
      throw noGateway(status);
    }
    throw noGateway(status);
  }

  /** A proxy has pages of its own for what it cannot reach. */
  private CannotAskException noGateway(int status) {
    String action =
        switch (status) {
          case 301, 302, 307, 308 ->
              "It leads elsewhere, perhaps from http to https: give that address with --url or MAS_URL.";
          case 502, 503, 504 ->
              "It seems to be a proxy that reaches no gateway: are any running? Their logs tell more.";
          default -> "Say where one is with --url or MAS_URL.";
        };
    return new CannotAskException(
        "What answers at %s is no gateway of MAS: HTTP %d, and its answer is no JSON object."
            .formatted(options.url(), status),
        action);
  }
}

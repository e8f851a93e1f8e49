package io.mas.dev.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** Asks a server something, without patience. */
public final class Endpoint {
  private static final int TIMEOUT_MILLIS = 2000;

  private Endpoint() {}

  /** Whether it answers with 200. */
  public static boolean answers(URI uri) {
    return !read(uri, "").isEmpty();
  }

  /** What it answers, "" if not with 200. */
  public static String read(URI uri, String systemToken) {
    try {
      HttpURLConnection connection = connection(uri);
      connection.setRequestProperty("systemToken", systemToken);
      return connection.getResponseCode() == HttpURLConnection.HTTP_OK
          ? text(connection.getInputStream())
          : "";
    } catch (IOException _) {
      return "";
    }
  }

  /** Why it does not answer with 200, for a person. */
  static String trouble(URI uri) {
    try {
      HttpURLConnection connection = connection(uri);
      int status = connection.getResponseCode();
      InputStream body = connection.getErrorStream();
      return "%d %s".formatted(status, body == null ? "" : text(body));
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static HttpURLConnection connection(URI uri) throws IOException {
    HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
    connection.setConnectTimeout(TIMEOUT_MILLIS);
    connection.setReadTimeout(TIMEOUT_MILLIS);
    return connection;
  }

  private static String text(InputStream body) throws IOException {
    try (body) {
      return new String(body.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}

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
      HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
      connection.setConnectTimeout(TIMEOUT_MILLIS);
      connection.setReadTimeout(TIMEOUT_MILLIS);
      connection.setRequestProperty("systemToken", systemToken);
      if (connection.getResponseCode() != HttpURLConnection.HTTP_OK) {
        return "";
      }
      try (InputStream body = connection.getInputStream()) {
        return new String(body.readAllBytes(), StandardCharsets.UTF_8);
      }
    } catch (IOException _) {
      return "";
    }
  }
}

package io.mas.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.json.JsonMapper;

/** What the health of a process says of the storage nodes. */
public final class Health {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private Health() {}

  /**
   * How each node stands, by its id: UP, SUSPECT, LOST …
   *
   * @param management base URI of health and metrics
   */
  public static Map<String, String> nodes(URI management) {
    Map<String, String> nodes = new TreeMap<>();
    JsonMapper.shared()
        .readTree(read(management.resolve("/health")))
        .path("components")
        .path("nodes")
        .path("details")
        .properties()
        .forEach(detail -> nodes.put(detail.getKey(), detail.getValue().asString()));
    nodes.remove("mayFail");
    return nodes;
  }

  /** How many nodes stand so. */
  public static long count(URI management, String standing) {
    return nodes(management).values().stream().filter(standing::equals).count();
  }

  /** Asserts, all that time long, that no node is lost. */
  static void assertNobodyIsLostFor(URI management, Duration time) {
    long end = System.nanoTime() + time.toNanos();
    await()
        .atMost(time.plus(PATIENCE))
        .until(
            () -> {
              assertThat(nodes(management)).doesNotContainValue("LOST");
              return System.nanoTime() - end > 0;
            });
  }

  private static String read(URI uri) {
    try {
      HttpRequest request = HttpRequest.newBuilder(uri).timeout(PATIENCE).build();
      return HTTP.send(request, BodyHandlers.ofString()).body();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while asking for health", e);
    }
  }
}

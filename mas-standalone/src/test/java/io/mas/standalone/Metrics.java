package io.mas.standalone;

import static org.awaitility.Awaitility.await;

import io.mas.dev.cluster.Endpoint;
import java.net.URI;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a process counts, as Prometheus reads it. */
public final class Metrics {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private Metrics() {}

  /**
   * The value of a metric without tags, or with any.
   *
   * @param management base URI of health and metrics
   */
  public static double value(URI management, String name) {
    URI metrics = management.resolve("/metrics");
    // A read waits for 2 s at most, and the machine may be busy with what is measured.
    String all =
        await().atMost(PATIENCE).until(() -> Endpoint.read(metrics, ""), text -> !text.isEmpty());
    Matcher line = Pattern.compile("(?m)^" + name + "(?:\\{[^}]*})? (\\S+)$").matcher(all);
    if (!line.find()) {
      throw new AssertionError("%s has no metric %s".formatted(management, name));
    }
    return Double.parseDouble(line.group(1));
  }
}

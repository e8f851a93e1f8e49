package io.mas.standalone;

import static org.awaitility.Awaitility.await;

import io.mas.dev.cluster.Endpoint;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

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
    Matcher line =
        Pattern.compile("(?m)^" + name + "(?:\\{[^}]*})? (\\S+)$").matcher(read(management));
    if (!line.find()) {
      throw new AssertionError("%s has no metric %s".formatted(management, name));
    }
    return Double.parseDouble(line.group(1));
  }

  /** The values of all metrics, by name and tags as they are written. */
  static Map<String, Double> all(URI management) {
    return read(management)
        .lines()
        .filter(line -> !line.startsWith("#"))
        .collect(
            Collectors.toMap(
                line -> line.substring(0, line.lastIndexOf(' ')),
                line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1))));
  }

  /** A read waits for 2 s at most, and the machine may be busy with what is measured. */
  private static String read(URI management) {
    URI metrics = management.resolve("/metrics");
    return await()
        .atMost(PATIENCE)
        .until(() -> Endpoint.read(metrics, ""), text -> !text.isEmpty());
  }
}

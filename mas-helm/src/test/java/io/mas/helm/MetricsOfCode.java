package io.mas.helm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The names that Prometheus gives to the meters of the services, read from their source. */
final class MetricsOfCode {
  private static final List<String> MODULES = List.of("mas-api", "mas-storage-node");

  /** {@code Counter.builder("mas.a") … .register(}. */
  private static final Pattern BUILDER =
      Pattern.compile(
          "\\b(Counter|Gauge|Timer|FunctionCounter)\\s*\\.builder\\(\\s*\"(mas\\.[a-z.]+)\"(.*?)\\.register\\(",
          Pattern.DOTALL);

  /** {@code meters.gauge("mas.a"}. */
  private static final Pattern REGISTRY =
      Pattern.compile("\\bmeters\\.(gauge|counter|timer)\\(\\s*\"(mas\\.[a-z.]+)\"");

  /** A helper of a class for its counters: name, then unit or description. */
  private static final Pattern HELPER =
      Pattern.compile("(?<!\\.)\\bcounter\\(\\s*\"(mas\\.[a-z.]+)\",\\s*\"([^\"]*)\"");

  private static final Pattern UNIT = Pattern.compile("\\.baseUnit\\(\"([a-z]+)\"\\)");
  private static final Pattern WORD = Pattern.compile("[a-z]+");

  private final Set<String> names = new TreeSet<>();

  private MetricsOfCode() {}

  static Set<String> names() {
    MetricsOfCode metrics = new MetricsOfCode();
    for (String module : MODULES) {
      try (Stream<Path> files = Files.walk(Chart.REPOSITORY.resolve(module + "/src/main/java"))) {
        for (Path file : files.filter(one -> one.toString().endsWith(".java")).toList()) {
          metrics.read(Files.readString(file));
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return metrics.names;
  }

  private void read(String source) {
    BUILDER.matcher(source).results().forEach(this::built);
    REGISTRY.matcher(source).results().forEach(one -> add(one.group(1), one.group(2), ""));
    HELPER
        .matcher(source)
        .results()
        .forEach(
            one -> {
              boolean unit = WORD.matcher(one.group(2)).matches();
              add("counter", one.group(1), unit ? one.group(2) : "");
            });
  }

  private void built(MatchResult one) {
    String unit =
        UNIT.matcher(one.group(3)).results().map(match -> match.group(1)).findFirst().orElse("");
    String type = one.group(1).replace("Function", "");
    add(type.toLowerCase(Locale.ROOT), one.group(2), unit);
  }

  private void add(String type, String meter, String unit) {
    String base = meter.replace('.', '_') + (unit.isEmpty() ? "" : "_" + unit);
    switch (type) {
      case "counter" -> names.add(base + "_total");
      case "gauge" -> names.add(base);
      case "timer" ->
          List.of("count", "sum", "max", "bucket")
              .forEach(suffix -> names.add(base + "_seconds_" + suffix));
      default -> throw new IllegalStateException(type);
    }
  }
}

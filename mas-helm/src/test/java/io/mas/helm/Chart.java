package io.mas.helm;

import com.marcnuri.helm.DryRun;
import com.marcnuri.helm.Helm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MappingIterator;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * The chart as the tests render it: a copy in which hooks are no hooks, since the library leaves
 * those out of what it renders.
 */
final class Chart {
  static final String RELEASE = "files";
  static final String NAMESPACE = "store";

  /** The repository, and the chart in it, seen from this module. */
  static final Path REPOSITORY = Path.of("..");

  static final Path SOURCE = REPOSITORY.resolve("helm/mas");

  private static final String KUBERNETES = "1.32.0";
  private static final YAMLMapper YAML = new YAMLMapper();

  private final Path directory;

  private Chart(Path directory) {
    this.directory = directory;
  }

  /** Copies the chart. */
  static Chart in(Path directory) {
    try (Stream<Path> files = Files.walk(SOURCE)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path copy = directory.resolve(SOURCE.relativize(file).toString());
        Files.createDirectories(copy.getParent());
        Files.writeString(copy, Files.readString(file).replace("helm.sh/hook:", "test.mas/hook:"));
      }
      return new Chart(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Values that come with the chart; {@code values} are those that the others begin with. */
  static Stream<String> ready() {
    return Stream.of("values", "values-minikube", "values-small-3", "values-ha-6");
  }

  /** What is rendered, as text. */
  String text(Values values) {
    return text(values, RELEASE);
  }

  private String text(Values values, String release) {
    return new Helm(directory)
        .template()
        .withName(release)
        .withNamespace(NAMESPACE)
        .withKubeVersion(KUBERNETES)
        .withValuesFile(write(values))
        .call();
  }

  private Path write(Values values) {
    try {
      return Files.writeString(directory.resolve("of-the-test.json"), values.toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What an install with ready values tells the operator. */
  static String notes(String ready) {
    String told =
        new Helm(SOURCE)
            .install()
            .withName(RELEASE)
            .withNamespace(NAMESPACE)
            .withKubeVersion(KUBERNETES)
            .withValuesFile(SOURCE.resolve(ready + ".yaml"))
            .clientOnly()
            .withDryRunOption(DryRun.CLIENT)
            .call()
            .getOutput();
    return told.substring(told.indexOf("NOTES:"));
  }

  /** What is rendered. */
  Rendered render(Values values) {
    return render(values, RELEASE);
  }

  /** What is rendered for a release of this name. */
  Rendered render(Values values, String release) {
    return new Rendered(parse(text(values, release)).stream().map(Manifest::new).toList());
  }

  /** What the chart says when it refuses the values. */
  String refusal(Values values) {
    return refusal(values, RELEASE);
  }

  /** What the chart says when it refuses the values for a release of this name. */
  String refusal(Values values, String release) {
    try {
      text(values, release);
    } catch (IllegalStateException e) {
      return String.valueOf(e.getMessage());
    }
    throw new AssertionError("the chart takes %s for %s".formatted(values, release));
  }

  /** The documents of a YAML stream that are not empty. */
  static List<JsonNode> parse(String yaml) {
    try (MappingIterator<JsonNode> documents = YAML.readerFor(JsonNode.class).readValues(yaml)) {
      return documents.readAll().stream().filter(JsonNode::isObject).toList();
    }
  }

  /** A file of the chart. */
  static String read(String name) {
    try {
      return Files.readString(SOURCE.resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A value as JSON has it. */
  static JsonNode json(String text) {
    return YAML.readTree(text);
  }

  /** A URI that the chart takes for a server. */
  static String uri(String server, String credentials) {
    String scheme =
        switch (server) {
          case "mongodb" -> "mongodb";
          case "redis" -> "rediss-cluster";
          case "rabbitmq" -> "amqps";
          default -> throw new IllegalArgumentException(server);
        };
    return "%s://%sexample.org:7000/x".formatted(scheme, credentials);
  }
}

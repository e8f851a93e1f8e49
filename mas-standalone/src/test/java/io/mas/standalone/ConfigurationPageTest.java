package io.mas.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.core.type.filter.AnnotationTypeFilter;
import org.springframework.util.ClassUtils;

/** The page of the settings says what the services take, all of it and nothing else. */
class ConfigurationPageTest {
  private static final Path PAGE = Path.of("..", "docs", "configuration.md");

  /** A row: setting, variable, default. */
  private static final Pattern ROW =
      Pattern.compile("^\\| `(mas\\.[a-z.-]+)` \\| `([A-Z0-9_]+)`[^|]* \\| ([^|]*) \\|.*");

  /** Read without a record: the cluster of both services, and what may change while they run. */
  private static final Map<String, String> WITHOUT_RECORD =
      Map.of("mas.cluster-id", "", "mas.system-tokens", "", "mas.system-tokens-file", "");

  /** Given by {@code mas.cluster-id}. */
  private static final String CLUSTER_OF_NODE = "mas.node.cluster-id";

  private record Row(String variable, String byDefault) {}

  @Test
  void everySettingIsOnThePageAndNothingElse() throws Exception {
    Map<String, String> settings = settings();
    settings.putAll(WITHOUT_RECORD);
    settings.remove(CLUSTER_OF_NODE);
    assertThat(rows().keySet()).containsExactlyInAnyOrderElementsOf(settings.keySet());
  }

  @Test
  void theDefaultsAreThoseOfTheCode() throws Exception {
    Map<String, Row> rows = rows();
    settings()
        .forEach(
            (name, value) -> {
              Row row = rows.get(name);
              if (!value.isEmpty() && row != null) {
                assertThat(row.byDefault).as(name).contains("`" + value + "`");
              }
            });
  }

  @Test
  void theVariablesAreTheNamesInCapitals() throws Exception {
    rows()
        .forEach(
            (name, row) ->
                assertThat(row.variable.replace("_", ""))
                    .as(name)
                    .startsWith(name.replaceAll("[.-]", "").toUpperCase(Locale.ROOT)));
  }

  private static Map<String, Row> rows() throws IOException {
    Map<String, Row> rows = new TreeMap<>();
    for (String line : Files.readAllLines(PAGE)) {
      Matcher row = ROW.matcher(line);
      if (row.matches()) {
        rows.put(row.group(1), new Row(row.group(2), row.group(3)));
      }
    }
    assertThat(rows).as("rows of %s", PAGE).isNotEmpty();
    return rows;
  }

  /** The settings of all records, by name, with their defaults, "" for none. */
  private static Map<String, String> settings() throws Exception {
    ClassPathScanningCandidateComponentProvider scanner =
        new ClassPathScanningCandidateComponentProvider(false);
    scanner.addIncludeFilter(new AnnotationTypeFilter(ConfigurationProperties.class));
    Map<String, String> settings = new TreeMap<>();
    for (var found : scanner.findCandidateComponents("io.mas")) {
      Class<?> type = ClassUtils.forName(String.valueOf(found.getBeanClassName()), null);
      add(settings, type.getAnnotation(ConfigurationProperties.class).value(), type);
    }
    return settings;
  }

  private static void add(Map<String, String> settings, String prefix, Class<?> type)
      throws NoSuchMethodException {
    RecordComponent[] components = type.getRecordComponents();
    Constructor<?> constructor =
        type.getDeclaredConstructor(
            Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
    for (int i = 0; i < components.length; i++) {
      DefaultValue byDefault = constructor.getParameters()[i].getAnnotation(DefaultValue.class);
      settings.put(
          prefix + "." + kebab(components[i].getName()),
          byDefault == null ? "" : String.join(",", byDefault.value()));
    }
  }

  private static String kebab(String name) {
    return name.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
  }
}

package io.mas.helm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * {@code values.yaml} says of each key what it is for, and the page repeats that. With {@code
 * -Dmas.write=true} the page is written.
 */
class ValuesPageTest {
  private static final Path PAGE = Chart.REPOSITORY.resolve("docs/operations/values.md");
  private static final String BEGIN = "<!-- from helm/mas/values.yaml -->\n";
  private static final Pattern KEY = Pattern.compile("^( *)([A-Za-z][A-Za-z0-9]*):.*");
  private static final Pattern COMMENT = Pattern.compile("^ *# -- (.+)");

  /** What is said of each key, in the order of the file. */
  private static Map<String, String> comments(String yaml) {
    Map<String, String> comments = new LinkedHashMap<>();
    List<String> path = new ArrayList<>();
    String said = "";
    for (String line : yaml.lines().toList()) {
      Matcher comment = COMMENT.matcher(line);
      Matcher key = KEY.matcher(line);
      if (comment.matches()) {
        said = comment.group(1);
      } else if (key.matches()) {
        int depth = key.group(1).length() / 2;
        path.subList(depth, path.size()).clear();
        path.add(key.group(2));
        if (!said.isEmpty()) {
          comments.put(String.join(".", path), said);
        }
        said = "";
      }
    }
    return comments;
  }

  @Test
  void everyKeyIsExplained() {
    JsonNode defaults = Chart.parse(Chart.read("values.yaml")).getFirst();
    assertThat(comments(Chart.read("values.yaml")).keySet())
        .containsExactlyInAnyOrderElementsOf(ValuesSchema.leavesOf(defaults, ValuesSchema.read()));
  }

  @Test
  void aKeyThatIsNotExplainedIsFound() {
    assertThat(comments("# -- one\na: 1\nb: 2\nc:\n  # -- three\n  d: 3\n"))
        .isEqualTo(Map.of("a", "one", "c.d", "three"));
  }

  @Test
  void thePageRepeatsIt() throws IOException {
    String page = Files.readString(PAGE);
    int begin = page.indexOf(BEGIN);
    assertThat(begin).as("the page has a mark").isPositive();
    String expected = page.substring(0, begin) + BEGIN + table();
    if (Boolean.getBoolean("mas.write")) {
      Files.writeString(PAGE, expected);
    }
    assertThat(Files.readString(PAGE)).as("-Dmas.write=true writes it").isEqualTo(expected);
  }

  private static String table() {
    StringBuilder table = new StringBuilder("\n| key | default | meaning |\n|---|---|---|\n");
    JsonNode defaults = Chart.parse(Chart.read("values.yaml")).getFirst();
    comments(Chart.read("values.yaml"))
        .forEach(
            (key, said) ->
                table
                    .append("| `%s` | `".formatted(key))
                    .append(shown(defaults.at("/" + key.replace('.', '/'))))
                    .append("` | %s |\n".formatted(said.replace("|", "\\|"))));
    return table.toString();
  }

  private static String shown(JsonNode value) {
    return value.isString() && !value.asString().isEmpty() ? value.asString() : value.toString();
  }

  @Test
  void readyValuesHaveNoKeyThatTheChartDoesNotKnow() {
    // The schema refuses them too; this says which file it is.
    ValuesSchema schema = ValuesSchema.read();
    Chart.ready()
        .forEach(
            name -> {
              JsonNode values = Chart.parse(Chart.read(name + ".yaml")).getFirst();
              assertThat(schema.leaves().keySet())
                  .as(name)
                  .containsAll(ValuesSchema.leavesOf(values, schema));
            });
  }
}

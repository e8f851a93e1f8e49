package io.mas.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.mas.dev.options.ClusterOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands that the READMEs give, run as they are. */
class ReadmeTest {
  private static final Path ROOT = Path.of("..");
  private static final Pattern BASH = Pattern.compile("```bash\n(.*?)```", Pattern.DOTALL);
  private static final int MAX_LINES = 200;

  @TempDir Path directory;

  @Test
  void theTourWorks() throws Exception {
    try (Cluster cluster = Cluster.start(ClusterOptions.in(directory.resolve("data")))) {
      String tour =
          String.join("\n", commands("README.md"))
              .replace("http://127.0.0.1:8080", cluster.api().toString())
              .replace("./mas ", "bash '%s' ".formatted(ROOT.resolve("mas").toAbsolutePath()));
      assertThat(run("set -euo pipefail\n" + tour))
          .contains("\nthe same bytes\n", "\nstill the same bytes\n", "\"persistence\":true")
          .contains("All is well: ", "Whole: ");
    }
  }

  @Test
  void whatIsPrintedAtTheStartWorks() throws Exception {
    try (StoreProcess store = StoreProcess.start(directory.resolve("data"))) {
      List<String> tour =
          store.output().lines().dropWhile(line -> !line.startsWith("A tour")).toList();
      List<String> commands = tour.stream().filter(line -> line.startsWith("  ")).toList();
      assertThat(run("set -euo pipefail\n" + String.join("\n", commands)))
          .contains("\nthe same bytes\n", "\nstill the same bytes\n", "\"persistence\":true");
    }
  }

  @Test
  void bothLanguagesGiveTheSameCommands() throws IOException {
    List<String> english = withoutComments(commands("README.md"));
    assertThat(english).hasSizeGreaterThan(3);
    assertThat(withoutComments(commands("README.zh-CN.md"))).isEqualTo(english);
  }

  @Test
  void theReadmesAreShort() throws IOException {
    assertThat(Files.readAllLines(ROOT.resolve("README.md"))).hasSizeLessThan(MAX_LINES);
    assertThat(Files.readAllLines(ROOT.resolve("README.zh-CN.md"))).hasSizeLessThan(MAX_LINES);
  }

  private static List<String> commands(String readme) throws IOException {
    return BASH.matcher(Files.readString(ROOT.resolve(readme)))
        .results()
        .map((MatchResult block) -> block.group(1))
        .toList();
  }

  private static List<String> withoutComments(List<String> blocks) {
    return blocks.stream().map(block -> block.replaceAll("(?m)^#.*\n", "")).toList();
  }

  /** Runs the commands in the directory; what they print. */
  private String run(String commands) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder("bash", "-c", commands)
            .directory(directory.toFile())
            .redirectErrorStream(true);
    builder.environment().keySet().removeIf(variable -> variable.startsWith("MAS_"));
    builder.environment().put("MAS_BUILD", "no");
    builder.environment().put("MAS_JAVA_HOME", System.getProperty("java.home"));
    Process bash = builder.start();
    String output = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(bash.waitFor()).as(output).isZero();
    return output;
  }
}

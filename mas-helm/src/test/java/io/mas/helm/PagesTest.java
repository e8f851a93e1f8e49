package io.mas.helm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The pages for operators: each in both languages, with the same commands, and links that lead
 * somewhere.
 */
class PagesTest {
  private static final Path PAGES = Chart.REPOSITORY.resolve("docs/operations");
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)]+)\\)");
  private static final Pattern BLOCK = Pattern.compile("```[a-z]+\n.*?```", Pattern.DOTALL);
  private static final Pattern NOT_IN_ANCHORS = Pattern.compile("[^\\p{L}\\p{N} -]");

  private static List<Path> pages() throws IOException {
    try (Stream<Path> files = Files.list(PAGES)) {
      return files.filter(file -> file.toString().endsWith(".md")).sorted().toList();
    }
  }

  private static List<String> found(Pattern pattern, Path page) throws IOException {
    return pattern.matcher(Files.readString(page)).results().map(one -> one.group()).toList();
  }

  @Test
  void everyPageIsThereInBothLanguagesWithTheSameCommands() throws IOException {
    assertThat(pages()).hasSizeGreaterThan(14);
    for (Path page : pages()) {
      String name = page.getFileName().toString();
      boolean chinese = name.endsWith(".zh-CN.md");
      String other = chinese ? name.replace(".zh-CN.md", ".md") : name.replace(".md", ".zh-CN.md");
      assertThat(PAGES.resolve(other)).as("the other language of %s", name).exists();
      assertThat(commands(page)).as(name).isEqualTo(commands(PAGES.resolve(other)));
    }
  }

  /** The comments in commands are in the language of the page. */
  private static List<String> commands(Path page) throws IOException {
    return found(BLOCK, page).stream().map(one -> one.replaceAll(" +# .*", "")).toList();
  }

  @Test
  void everyLinkLeadsSomewhere() throws IOException {
    int links = 0;
    for (Path page : pages()) {
      for (String link : found(LINK, page)) {
        String target = link.substring(2, link.length() - 1);
        if (!target.startsWith("http")) {
          links++;
          assertThat(leads(page, target)).as("%s in %s", target, page).isTrue();
        }
      }
    }
    assertThat(links).isGreaterThan(20);
  }

  private static boolean leads(Path page, String target) throws IOException {
    String[] parts = target.split("#", 2);
    Path file = parts[0].isEmpty() ? page : page.resolveSibling(parts[0]);
    return Files.exists(file)
        && (parts.length == 1
            || Files.readString(file).lines().anyMatch(line -> isHeading(line, parts[1])));
  }

  private static boolean isHeading(String line, String anchor) {
    String text = line.replaceFirst("^#+ ", "").toLowerCase(Locale.ROOT);
    return line.startsWith("#")
        && NOT_IN_ANCHORS.matcher(text).replaceAll("").replace(' ', '-').equals(anchor);
  }
}

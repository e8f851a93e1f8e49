package io.mas.dev.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Flags that every JVM of MAS needs stand where JVMs are started: everywhere the same. */
class JvmFlagsTest {
  private static final Path REPOSITORY = Path.of("..");
  private static final Pattern PROPERTY = Pattern.compile("<mas\\.jvm\\.flags>(.*?)</");
  private static final Pattern ARRAY = Pattern.compile("(?m)^readonly jvm_flags=\\((.*)\\)$");

  private List<String> flags = List.of();

  @BeforeEach
  void ofThePom() throws IOException {
    flags = words("pom.xml", PROPERTY);
    assertThat(flags).hasSizeGreaterThan(2);
  }

  @Test
  void theScriptHasThem() throws IOException {
    assertThat(words("mas", ARRAY)).isEqualTo(flags);
  }

  @Test
  void containersHaveThem() throws IOException {
    assertThat(Files.readAllLines(REPOSITORY.resolve("docker/jvm.flags"))).containsAll(flags);
  }

  @Test
  void processesOfAClusterHaveThem() {
    assertThat(Programs.command(List.of("-jar", "mas.jar"), "64m", List.of())).containsAll(flags);
  }

  @Test
  void whatMeasuresByHandHasThem() throws IOException {
    String readme = Files.readString(REPOSITORY.resolve("mas-bench/README.md"));
    assertThat(readme).contains(flags);
  }

  private static List<String> words(String file, Pattern pattern) throws IOException {
    Matcher matcher = pattern.matcher(Files.readString(REPOSITORY.resolve(file)));
    assertThat(matcher.find()).as("%s in %s", pattern, file).isTrue();
    return List.of(matcher.group(1).strip().split(" +"));
  }
}

package io.mas.dev.options;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandLineTest {
  private static final Middleware MIDDLEWARE =
      new Middleware("mongodb://m", "redis://r", "amqp://a");

  @Test
  void withoutOptionsTheDefaultsHold() {
    assertThat(CommandLine.parse(Command.UP, List.of(), Map.of()))
        .isEqualTo(
            new ClusterOptions(
                "127.0.0.1", 8080, 8081, Path.of("data"), 6, "4+2", "", Middleware.NONE, Map.of()));
  }

  @Test
  void everyOptionIsTaken() {
    List<String> arguments =
        List.of(
            "--bind=0.0.0.0",
            "--port=1",
            "--management-port",
            "2",
            "--data",
            "/x",
            "--nodes",
            "9",
            "--erasure",
            "5+3",
            "--system-token",
            "sixteen-or-more-",
            "--mongodb=mongodb://m",
            "--redis=redis://r",
            "--rabbitmq=amqp://a");
    assertThat(CommandLine.parse(Command.UP, arguments, Map.of()))
        .isEqualTo(
            new ClusterOptions(
                "0.0.0.0",
                1,
                2,
                Path.of("/x"),
                9,
                "5+3",
                "sixteen-or-more-",
                MIDDLEWARE,
                Map.of()));
  }

  @Test
  void everyOptionIsAVariableToo() {
    Map<String, String> environment =
        Map.of(
            "MAS_BIND", "0.0.0.0",
            "MAS_PORT", "1",
            "MAS_MANAGEMENT_PORT", "2",
            "MAS_DATA", "/x",
            "MAS_NODES", "9",
            "MAS_ERASURE", "5+3",
            "MAS_SYSTEM_TOKEN", "sixteen-or-more-",
            "MAS_MONGODB_URI", "mongodb://m",
            "MAS_REDIS_URI", "redis://r",
            "MAS_RABBITMQ", "amqp://a");
    assertThat(CommandLine.parse(Command.UP, List.of(), environment))
        .isEqualTo(
            new ClusterOptions(
                "0.0.0.0",
                1,
                2,
                Path.of("/x"),
                9,
                "5+3",
                "sixteen-or-more-",
                MIDDLEWARE,
                Map.of()));
  }

  @Test
  void theGatewaysOfAClusterHaveTheirHealthBesideTheirPorts() {
    ClusterOptions options = CommandLine.parse(Command.DEV, List.of(), Map.of());
    assertThat(options.port()).isEqualTo(8080);
    assertThat(options.managementPort()).isEqualTo(8090);
  }

  @Test
  void urisAreNotShown() {
    ClusterOptions options =
        CommandLine.parse(Command.UP, List.of("--redis", "redis://:hunter2@r"), Map.of());
    assertThat(options.toString()).doesNotContain("hunter2");
  }

  @Test
  void anOptionWinsOverItsVariable() {
    ClusterOptions options =
        CommandLine.parse(Command.UP, List.of("--port", "1"), Map.of("MAS_PORT", "2"));
    assertThat(options.port()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --prot 1                       | Unknown option '--prot'
          up                             | Unknown option 'up'
          --port                         | --port has no value
          --port x                       | --port (MAS_PORT) is 'x'
          --port 65536                   | --port is 65536
          --port -1                      | --port is -1
          --port 8081                    | are both 8081
          --nodes 0                      | --nodes is 0
          --nodes 65                     | --nodes is 65
          --nodes 2                      | 2 nodes are too few for 4+2
          --erasure 4                    | --erasure '4' is no geometry
          --erasure 0+2                  | --erasure '0+2' is no geometry
          --erasure 31+2                 | --erasure '31+2' is no geometry
          --erasure 4+0                  | 6 nodes are too few for 4+0
          --system-token short           | --system-token has 5 characters
          --system-token "a sixteen or"  | --system-token has
          """)
  void aBadOptionIsRefusedWithOneClearMessage(String line, String message) {
    assertThatThrownBy(() -> CommandLine.parse(Command.UP, List.of(line.split(" ", 2)), Map.of()))
        .isInstanceOf(StartProblem.class)
        .hasMessageContaining(message)
        .hasMessageContaining("\n");
  }

  @Test
  void aRefusedSystemTokenIsNotRepeated() {
    assertThatThrownBy(
            () -> CommandLine.parse(Command.UP, List.of("--system-token", "hunter2"), Map.of()))
        .message()
        .doesNotContain("hunter2");
  }

  @ParameterizedTest
  @CsvSource({"1, 4+2, 0", "3, 4+2, 1", "6, 4+2, 2", "12, 4+2, 2", "1, 4+0, 0", "14, 10+4, 4"})
  void theFailuresThatAreSurvivedFollowFromNodesAndGeometry(
      int nodes, String erasure, int failures) {
    ClusterOptions options = ClusterOptions.in(Path.of("data")).withNodes(nodes, erasure);
    assertThat(options.survivableFailures()).isEqualTo(failures);
  }
}

package io.mas.dev.options;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The options of a command: {@code --name value}, or a variable of the environment. */
public final class CommandLine {
  private static final List<String> NAMES =
      List.of(
          "bind",
          "port",
          "management-port",
          "data",
          "nodes",
          "erasure",
          "system-token",
          "mongodb",
          "redis",
          "rabbitmq");

  private final Command command;
  private final Arguments arguments;

  private CommandLine(Command command, Arguments arguments) {
    this.command = command;
    this.arguments = arguments;
  }

  /** Whether the options are asked for. */
  public static boolean asksForHelp(List<String> arguments) {
    return arguments.contains("--help") || arguments.contains("-h");
  }

  /**
   * Reads the options.
   *
   * @throws StartProblem for an unknown option, or a value that cannot be
   */
  public static ClusterOptions parse(
      Command command, List<String> arguments, Map<String, String> environment) {
    return new CommandLine(
            command, Arguments.read(command.toString(), NAMES, arguments, environment))
        .options();
  }

  private ClusterOptions options() {
    return new ClusterOptions(
        arguments.text("bind", ClusterOptions.LOOPBACK),
        arguments.number("port", 8080),
        arguments.number("management-port", command.managementPort()),
        Path.of(arguments.text("data", ClusterOptions.DATA)),
        arguments.number("nodes", 6),
        arguments.text("erasure", "4+2"),
        arguments.text("system-token", ""),
        new Middleware(uri("mongodb"), uri("redis"), uri("rabbitmq")),
        Map.of());
  }

  /** The services call it so too, where there is no command: both names are taken. */
  private String uri(String name) {
    return arguments.text(name, arguments.variable(name + "-uri").orElse(""));
  }
}

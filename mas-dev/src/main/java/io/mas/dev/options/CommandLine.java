package io.mas.dev.options;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

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

  private final Map<String, String> given;
  private final Map<String, String> environment;

  private CommandLine(Command command, Map<String, String> given, Map<String, String> environment) {
    this.command = command;
    this.given = given;
    this.environment = environment;
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
    return new CommandLine(command, read(command, arguments), environment).options();
  }

  private ClusterOptions options() {
    return new ClusterOptions(
        text("bind", ClusterOptions.LOOPBACK),
        number("port", 8080),
        number("management-port", command.managementPort()),
        Path.of(text("data", "data")),
        number("nodes", 6),
        text("erasure", "4+2"),
        text("system-token", ""),
        new Middleware(uri("mongodb"), uri("redis"), uri("rabbitmq")),
        Map.of());
  }

  private static Map<String, String> read(Command command, List<String> arguments) {
    Map<String, String> given = new HashMap<>();
    Iterator<String> rest = arguments.iterator();
    while (rest.hasNext()) {
      String argument = rest.next();
      int equals = argument.indexOf('=');
      String option = equals < 0 ? argument : argument.substring(0, equals);
      String name = option.startsWith("--") ? option.substring(2) : "";
      if (!NAMES.contains(name)) {
        throw new StartProblem(
            "Unknown option '%s'.".formatted(option),
            "'%s --help' lists the options.".formatted(command));
      }
      given.put(name, equals < 0 ? next(command, rest, option) : argument.substring(equals + 1));
    }
    return given;
  }

  private static String next(Command command, Iterator<String> rest, String option) {
    if (!rest.hasNext()) {
      throw new StartProblem("%s has no value.".formatted(option), explained(command));
    }
    return rest.next();
  }

  private static String explained(Command command) {
    return "'%s --help' explains the options.".formatted(command);
  }

  private @Nullable String value(String name) {
    String value = given.get(name);
    return value != null ? value : environment.get(variable(name));
  }

  private static String variable(String name) {
    return "MAS_" + name.toUpperCase(Locale.ROOT).replace('-', '_');
  }

  private String text(String name, String otherwise) {
    String value = value(name);
    return value == null ? otherwise : value;
  }

  /** The services call it so too, where there is no command: both names are taken. */
  private String uri(String name) {
    return text(name, environment.getOrDefault(variable(name) + "_URI", ""));
  }

  private int number(String name, int otherwise) {
    String value = value(name);
    try {
      return value == null ? otherwise : Integer.parseInt(value);
    } catch (NumberFormatException e) {
      throw new StartProblem(
          "--%s (%s) is '%s', expected a number.".formatted(name, variable(name), value),
          explained(command),
          e);
    }
  }
}

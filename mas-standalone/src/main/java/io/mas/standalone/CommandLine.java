package io.mas.standalone;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The options of {@code ./mas up}: {@code --name value}, or a variable of the environment. */
final class CommandLine {
  static final String HELP =
      """
      Usage: ./mas up [options]

      Starts the whole store in one process: one gateway and its storage nodes.

        --bind ADDRESS       address that both ports listen on (127.0.0.1); 0.0.0.0 for all
        --port N             port of the API (8080)
        --management-port N  port of health and metrics (8081)
        --data DIR           where everything is kept (./data)
        --nodes N            storage nodes (6); 1 means that none may fail
        --erasure K+M        data and parity shards of new files (4+2)
        --system-token T     the secret of your backend; else one is made once and kept in
                             DIR/system-token
        --help               this text

      Each option is also a variable of the environment: MAS_BIND, MAS_PORT,
      MAS_MANAGEMENT_PORT, MAS_DATA, MAS_NODES, MAS_ERASURE, MAS_SYSTEM_TOKEN. An option wins over its variable.
      """;

  private static final List<String> NAMES =
      List.of("bind", "port", "management-port", "data", "nodes", "erasure", "system-token");

  private final Map<String, String> given;
  private final Map<String, String> environment;

  private CommandLine(Map<String, String> given, Map<String, String> environment) {
    this.given = given;
    this.environment = environment;
  }

  /** Whether the options are asked for. */
  static boolean asksForHelp(List<String> arguments) {
    return arguments.contains("--help") || arguments.contains("-h");
  }

  /**
   * Reads the options.
   *
   * @throws StartProblem for an unknown option, or a value that cannot be
   */
  static ClusterOptions parse(List<String> arguments, Map<String, String> environment) {
    CommandLine line = new CommandLine(read(arguments), environment);
    return new ClusterOptions(
        line.text("bind", ClusterOptions.LOOPBACK),
        line.number("port", 8080),
        line.number("management-port", 8081),
        Path.of(line.text("data", "data")),
        line.number("nodes", 6),
        line.text("erasure", "4+2"),
        line.text("system-token", ""),
        Map.of());
  }

  private static Map<String, String> read(List<String> arguments) {
    Map<String, String> given = new HashMap<>();
    Iterator<String> rest = arguments.iterator();
    while (rest.hasNext()) {
      String argument = rest.next();
      int equals = argument.indexOf('=');
      String option = equals < 0 ? argument : argument.substring(0, equals);
      String name = option.startsWith("--") ? option.substring(2) : "";
      if (!NAMES.contains(name)) {
        throw new StartProblem(
            "Unknown option '%s'.".formatted(option), "'./mas up --help' lists the options.");
      }
      given.put(name, equals < 0 ? next(rest, option) : argument.substring(equals + 1));
    }
    return given;
  }

  private static String next(Iterator<String> rest, String option) {
    if (!rest.hasNext()) {
      throw new StartProblem(
          "%s has no value.".formatted(option), "'./mas up --help' explains the options.");
    }
    return rest.next();
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

  private int number(String name, int otherwise) {
    String value = value(name);
    try {
      return value == null ? otherwise : Integer.parseInt(value);
    } catch (NumberFormatException e) {
      throw new StartProblem(
          "--%s (%s) is '%s', expected a number.".formatted(name, variable(name), value),
          "'./mas up --help' explains the options.",
          e);
    }
  }
}

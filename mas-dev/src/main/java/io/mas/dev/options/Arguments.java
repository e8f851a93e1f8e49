package io.mas.dev.options;

import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What a command was called with: {@code --name value}, or a variable of the environment. */
public final class Arguments {
  private final String command;
  private final Map<String, String> given;
  private final Map<String, String> environment;

  private Arguments(String command, Map<String, String> given, Map<String, String> environment) {
    this.command = command;
    this.given = given;
    this.environment = environment;
  }

  /**
   * Reads them.
   *
   * @param command as the user types it
   * @param names of all options, without {@code --}
   * @throws StartProblem for an unknown option, or one without a value
   */
  public static Arguments read(
      String command, List<String> names, List<String> arguments, Map<String, String> environment) {
    Map<String, String> given = new HashMap<>();
    Iterator<String> rest = arguments.iterator();
    while (rest.hasNext()) {
      String argument = rest.next();
      int equals = argument.indexOf('=');
      String option = equals < 0 ? argument : argument.substring(0, equals);
      String name = option.startsWith("--") ? option.substring(2) : "";
      if (!names.contains(name)) {
        throw new StartProblem(
            "Unknown option '%s'.".formatted(option),
            "'%s --help' lists the options.".formatted(command));
      }
      given.put(name, equals < 0 ? next(command, rest, option) : argument.substring(equals + 1));
    }
    return new Arguments(command, given, environment);
  }

  private static String next(String command, Iterator<String> rest, String option) {
    if (!rest.hasNext()) {
      throw new StartProblem("%s has no value.".formatted(option), explained(command));
    }
    return rest.next();
  }

  private static String explained(String command) {
    return "'%s --help' explains the options.".formatted(command);
  }

  /** The option itself, whatever the environment says. */
  public Optional<String> option(String name) {
    return Optional.ofNullable(given.get(name));
  }

  /** The variable that stands for an option. */
  public Optional<String> variable(String name) {
    return Optional.ofNullable(environment.get(variableName(name)));
  }

  /** The option, else its variable, else {@code otherwise}. */
  public String text(String name, String otherwise) {
    return option(name).or(() -> variable(name)).orElse(otherwise);
  }

  private static String variableName(String name) {
    return "MAS_" + name.toUpperCase(Locale.ROOT).replace('-', '_');
  }

  /**
   * A number.
   *
   * @throws StartProblem if it is none
   */
  public int number(String name, int otherwise) {
    String value = text(name, String.valueOf(otherwise));
    try {
      return Integer.parseInt(value);
    } catch (NumberFormatException e) {
      throw new StartProblem(
          "--%s (%s) is '%s', expected a number.".formatted(name, variableName(name), value),
          explained(command),
          e);
    }
  }

  /**
   * A number from 0 to {@code most}; 0 if none is given.
   *
   * @throws StartProblem if it is none
   */
  public int upTo(int most, String name) {
    int value = number(name, 0);
    if (value < 0 || value > most) {
      throw new StartProblem(
          "--%s (%s) is %d, expected 0 to %d.".formatted(name, variableName(name), value, most),
          explained(command));
    }
    return value;
  }
}

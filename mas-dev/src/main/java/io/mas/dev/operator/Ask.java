package io.mas.dev.operator;

import io.mas.dev.options.CommandLine;
import io.mas.dev.options.StartProblem;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/** {@code ./mas status} and {@code ./mas file HASH}. */
public final class Ask {
  /** All is well. */
  static final int WELL = 0;

  /** Something is degraded. */
  static final int DEGRADED = 1;

  /** The store could not be asked; also what the script {@code mas} ends with. */
  static final int CANNOT_ASK = 2;

  private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");

  private final Map<String, String> environment;
  private final PrintStream out;
  private final PrintStream err;

  Ask(Map<String, String> environment, PrintStream out, PrintStream err) {
    this.environment = environment;
    this.out = out;
    this.err = err;
  }

  /**
   * Asks, tells, and ends with the exit code.
   *
   * @param arguments the command, {@code status} or {@code file}, then see {@code --help}
   */
  public static void main(String[] arguments) {
    int code = new Ask(System.getenv(), System.out, System.err).run(List.of(arguments));
    System.out.flush();
    System.exit(code);
  }

  /** The exit code. */
  int run(List<String> arguments) {
    try {
      if (CommandLine.asksForHelp(arguments)) {
        out.print(AskOptions.HELP);
        return WELL;
      }
      List<String> rest = arguments.subList(1, arguments.size());
      return arguments.getFirst().equals("file") ? file(rest) : status(rest);
    } catch (NoSuchFileException e) {
      err.println("mas: " + e.getMessage());
      return DEGRADED;
    } catch (StartProblem | CannotAskException e) {
      err.println("mas: " + e.getMessage());
      return CANNOT_ASK;
    } catch (RuntimeException | Error e) {
      // Java itself would end with the code of a store that is degraded.
      err.println("mas: the question could not be asked: " + e);
      return CANNOT_ASK;
    }
  }

  private int status(List<String> arguments) {
    AskOptions options = AskOptions.parse("./mas status", arguments, environment);
    JsonNode status = new GatewayCall(options).get("/api/admin/status");
    out.print(options.json() ? status + "\n" : new StatusText(status).text());
    return status.path("healthy").asBoolean() ? WELL : DEGRADED;
  }

  private int file(List<String> arguments) {
    String command = "./mas file";
    String hash = arguments.isEmpty() ? "" : arguments.getFirst();
    if (!HASH.matcher(hash).matches()) {
      throw new StartProblem(
          "'%s' is no hash of a file.".formatted(Words.plain(hash)),
          "Use '%s HASH [options]', with the SHA-256 of the file in 64 lower-case hexadecimal digits."
              .formatted(command));
    }
    AskOptions options =
        AskOptions.parse(command, arguments.subList(1, arguments.size()), environment);
    GatewayCall gateway = new GatewayCall(options);
    FileText text = new FileText();
    String cursor = "";
    do {
      JsonNode page = gateway.get("/api/admin/file?hash=%s&cursor=%s".formatted(hash, cursor));
      text.add(page);
      if (options.json()) {
        out.println(page);
      }
      cursor = page.path("cursor").asString("");
    } while (!cursor.isEmpty());
    if (!options.json()) {
      out.print(text.text());
    }
    return text.whole() ? WELL : DEGRADED;
  }
}

package io.mas.dev.operator;

import io.mas.dev.options.Arguments;
import io.mas.dev.options.ClusterOptions;
import io.mas.dev.options.DataDirectory;
import io.mas.dev.options.StartProblem;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Whom to ask, and how to tell the answer.
 *
 * @param url of a gateway
 * @param systemToken one with the scope {@code admin}
 * @param json whether a script is to read the answer, not a person
 */
public record AskOptions(URI url, String systemToken, boolean json) {
  static final String HELP =
      """
      Usage: ./mas status [options]
             ./mas file HASH [options]

      Asks a running store how it is, or where the shards of a file are and what is missing.

        --url URL                 a gateway (http://127.0.0.1:8080)
        --system-token T          a systemToken with the scope 'admin'; every user of the machine
                                  can see it in the list of processes
        --system-token-file FILE  a file that holds it
        --data DIR                where './mas up' or './mas dev' keeps its systemToken (./data);
                                  used where none is given
        -o, --output text|json    for a person (text), or for a script
        --help                    this text

      Each option is also a variable of the environment: MAS_URL, MAS_SYSTEM_TOKEN,
      MAS_SYSTEM_TOKEN_FILE, MAS_DATA, MAS_OUTPUT. An option wins over every variable.

      Exit code: 0 if all is well: every node is up and no file is known to lack a shard (for a
      file: it is stored, its shards are there, and their nodes serve); 1 if not; 2 if the store
      could not be asked.
      """;

  /** Names of the options that say whom to ask, for other commands that ask too. */
  public static final List<String> NAMES =
      List.of("url", "system-token", "system-token-file", "data", "output");

  /**
   * Reads the options of a command.
   *
   * @param command as the user types it
   * @throws StartProblem for an unknown option, or a value that cannot be
   * @throws CannotAskException if there is no systemToken
   */
  static AskOptions parse(String command, List<String> arguments, Map<String, String> environment) {
    List<String> full = arguments.stream().map(one -> one.equals("-o") ? "--output" : one).toList();
    return of(Arguments.read(command, NAMES, full, environment));
  }

  /**
   * The same, of a command that has other options too.
   *
   * @throws StartProblem for a value that cannot be
   * @throws CannotAskException if there is no systemToken
   */
  public static AskOptions of(Arguments given) {
    return new AskOptions(
        url(given.text("url", "http://127.0.0.1:8080")), token(given), json(given));
  }

  private static URI url(String text) {
    String trimmed = text.replaceFirst("/+$", "");
    try {
      URI url = URI.create(trimmed);
      boolean http = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
      if (http && url.getHost() != null) {
        return url;
      }
    } catch (IllegalArgumentException e) {
      throw noUrl(text, e);
    }
    throw noUrl(text, null);
  }

  private static StartProblem noUrl(String text, @Nullable Throwable cause) {
    return new StartProblem(
        "--url (MAS_URL) '%s' is no address of a gateway.".formatted(text),
        "Use http://HOST:PORT or https://HOST:PORT.",
        cause);
  }

  private static boolean json(Arguments given) {
    String output = given.text("output", "text");
    return switch (output) {
      case "json" -> true;
      case "text" -> false;
      default ->
          throw new StartProblem(
              "--output is '%s'.".formatted(output), "Use text for a person, json for a script.");
    };
  }

  /** An option wins over a variable, and whatever is given over what a store has left. */
  private static String token(Arguments given) {
    return given
        .option("system-token")
        .or(() -> given.option("system-token-file").map(AskOptions::read))
        .or(() -> given.variable("system-token"))
        .or(() -> given.variable("system-token-file").map(AskOptions::read))
        .orElseGet(() -> left(Path.of(given.text("data", ClusterOptions.DATA))));
  }

  private static String left(Path data) {
    Path file = data.resolve(DataDirectory.SYSTEM_TOKEN);
    if (!Files.exists(file)) {
      throw new CannotAskException(
          "There is no systemToken: none is given, and there is no file %s."
              .formatted(file.toAbsolutePath().normalize()),
          "Put one with the scope 'admin' into MAS_SYSTEM_TOKEN, or name a file that holds it with --system-token-file; of './mas up', name its folder with --data.");
    }
    return read(file.toString());
  }

  private static String read(String file) {
    try {
      return Files.readString(Path.of(file), StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      throw new CannotAskException(
          "The systemToken in the file %s cannot be read: %s.".formatted(file, e),
          "Name a file that this user can read, or put the token into MAS_SYSTEM_TOKEN.");
    }
  }
}

package io.mas.dev.install;

import io.mas.dev.operator.AskOptions;
import io.mas.dev.operator.CannotAskException;
import io.mas.dev.operator.GatewayCall;
import io.mas.dev.options.Arguments;
import io.mas.dev.options.CommandLine;
import io.mas.dev.options.StartProblem;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The commands that the hooks of the chart run. */
public final class Install {
  /** What was asked for is done, or may be done. */
  static final int DONE = 0;

  /** It may not be done, or has failed. */
  static final int NO = 1;

  /** Nobody could be asked. */
  static final int CANNOT_ASK = 2;

  /** What {@code try} has in memory, in a heap of 48 MB. */
  private static final int MAX_KEPT_BYTES = 8 << 20;

  private static final int MAX_PATIENCE_SECONDS = 86_400;

  private static final PrintStream NOWHERE =
      new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);

  private static final String HELP =
      """
      Usage: mas secrets
             mas check-scale --nodes N [options]
             mas try [options]

      For the hooks of the chart. Each option is also a variable of the environment: MAS_NODES.

      secrets makes the Secrets of MAS_PLAN that are not there yet, with the account of its pod.
        --plan JSON            see helm/mas/templates/secrets/_secrets.tpl

      check-scale says whether the storage nodes with the ordinals N and up may go for good.
        --nodes N              storage nodes that stay
        --erasure K+M          data and parity shards of new files (4+2)
        --node-failures N      nodes that must be able to fail without loss (1)
        --stateful-set NAME    looks first whether it has more than N pods; if not, nobody is asked
        and those of 'mas status' that say whom to ask

      try uploads, downloads and deletes files of its own; needs a systemToken with the scopes
      tokens and files.
        --until FILE           again and again until that file exists, or something fails
        --patience SECONDS     how long a request is repeated that is not answered, or with 429 or
                               503, as clients do (0)
        --keep BYTES           stores a file of random bytes that stays, and prints its hash
        --read HASH            reads a file, all of it
        and those of 'mas status' that say whom to ask

      Exit code: 0 done, or it may be done; 1 not; 2 nobody could be asked.
      """;

  private final Map<String, String> environment;
  private final Path account;
  private final PrintStream out;
  private final PrintStream err;

  /**
   * The commands as a process has them.
   *
   * @param account directory with what the pod's account needs to speak to Kubernetes
   */
  public Install(Map<String, String> environment, Path account, PrintStream out, PrintStream err) {
    this.environment = environment;
    this.account = account;
    this.out = out;
    this.err = err;
  }

  /**
   * Does it, tells, and ends with the exit code.
   *
   * @param arguments the command, {@code secrets}, {@code check-scale} or {@code try}, then see
   *     {@code --help}
   */
  public static void main(String[] arguments) {
    Install install = new Install(System.getenv(), KubernetesApi.ACCOUNT, System.out, System.err);
    int code = install.run(List.of(arguments));
    System.out.flush();
    System.exit(code);
  }

  /** Does what the arguments say, and returns the exit code. */
  public int run(List<String> arguments) {
    if (arguments.isEmpty() || CommandLine.asksForHelp(arguments)) {
      out.print(HELP);
      return arguments.isEmpty() ? CANNOT_ASK : DONE;
    }
    List<String> rest = arguments.subList(1, arguments.size());
    try {
      return switch (arguments.getFirst()) {
        case "secrets" -> secrets(rest);
        case "check-scale" -> checkScale(rest);
        case "try" -> attempt(rest);
        default ->
            throw new StartProblem(
                "Unknown command '%s'.".formatted(arguments.getFirst()),
                "Use secrets, check-scale or try.");
      };
    } catch (StartProblem | CannotAskException e) {
      err.println("mas: " + e.getMessage());
      return CANNOT_ASK;
    } catch (TrialFailedException e) {
      err.println("mas: " + e.getMessage());
      return NO;
    }
  }

  private int secrets(List<String> arguments) {
    Arguments given = Arguments.read("mas secrets", List.of("plan"), arguments, environment);
    SecretPlan plan = SecretPlan.parse(given.text("plan", ""));
    new SecretMaker(KubernetesApi.of(environment, account), new SecureRandom(), out).make(plan);
    return DONE;
  }

  private int checkScale(List<String> arguments) {
    List<String> names =
        Stream.concat(
                Stream.of("nodes", "erasure", "node-failures", "stateful-set"),
                AskOptions.NAMES.stream())
            .toList();
    Arguments given = Arguments.read("mas check-scale", names, arguments, environment);
    ScaleCheck check = ScaleCheck.of(given);
    String set = given.text("stateful-set", "");
    if (!set.isEmpty() && !check.takesAway(KubernetesApi.of(environment, account).replicas(set))) {
      out.println("No storage node goes.");
      return DONE;
    }
    List<String> reasons =
        check.reasonsAgainst(new GatewayCall(AskOptions.of(given)).get("/api/admin/status"), out);
    reasons.forEach(reason -> err.println("mas: " + reason));
    if (!reasons.isEmpty()) {
      err.println(ScaleCheck.ADVICE);
      return NO;
    }
    return DONE;
  }

  private int attempt(List<String> arguments) {
    List<String> names =
        Stream.concat(Stream.of("until", "patience", "keep", "read"), AskOptions.NAMES.stream())
            .toList();
    Arguments given = Arguments.read("mas try", names, arguments, environment);
    Duration patience = Duration.ofSeconds(given.upTo(MAX_PATIENCE_SECONDS, "patience"));
    int bytes = given.upTo(MAX_KEPT_BYTES, "keep");
    String hash = given.text("read", "");
    String until = given.text("until", "");
    try (StoreClient store = new StoreClient(AskOptions.of(given), patience)) {
      Trial trial = new Trial(store, new SecureRandom(), until.isEmpty() ? out : NOWHERE);
      if (bytes > 0) {
        out.println(trial.keep(bytes));
      } else if (!hash.isEmpty()) {
        trial.read(hash);
      } else if (!until.isEmpty()) {
        repeat(trial, Path.of(until), store);
      } else {
        trial.run();
        out.println("All is well: what was stored came back, and is deleted.");
      }
    }
    return DONE;
  }

  private void repeat(Trial trial, Path until, StoreClient store) {
    int trials = 0;
    do {
      trial.run();
      trials++;
    } while (!Files.exists(until));
    out.printf(
        "All is well: %d times what was stored came back; %d requests were repeated.%n",
        trials, store.repeated());
  }
}

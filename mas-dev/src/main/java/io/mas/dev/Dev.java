package io.mas.dev;

import io.mas.common.thread.Carriers;
import io.mas.dev.cluster.DevCluster;
import io.mas.dev.cluster.Programs;
import io.mas.dev.options.ClusterOptions;
import io.mas.dev.options.Command;
import io.mas.dev.options.CommandLine;
import io.mas.dev.options.DataDirectory;
import io.mas.dev.options.StartProblem;
import io.mas.dev.server.ServerMissingException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Starts a whole cluster of processes, says what runs where, and stops it when it is told to. */
public final class Dev {
  /** A start that cannot be; also what the script {@code mas} ends with. */
  private static final int CANNOT_START = 2;

  /** Names the repository, whose jars are run; the script {@code mas} sets it. */
  private static final String HOME = "mas.home";

  private Dev() {}

  /**
   * Runs the cluster.
   *
   * @param arguments see {@code --help}
   */
  public static void main(String[] arguments) {
    if (CommandLine.asksForHelp(List.of(arguments))) {
      System.out.print(Command.DEV.help());
      return;
    }
    Carriers.watch();
    try {
      run(CommandLine.parse(Command.DEV, List.of(arguments), System.getenv()));
    } catch (StartProblem | ServerMissingException e) {
      System.err.println("mas: " + e.getMessage());
      System.exit(CANNOT_START);
    }
  }

  private static void run(ClusterOptions options) {
    long begun = System.nanoTime();
    Programs programs = Programs.in(Path.of(System.getProperty(HOME, "")).toAbsolutePath());
    DataDirectory data = DataDirectory.open(Command.DEV, options);
    DevCluster cluster = DevCluster.start(options, data, programs, Dev::say);
    Duration start = Duration.ofNanos(System.nanoTime() - begun);
    say(new Welcome(cluster, options).text(start));
    cluster.awaitClose();
  }

  private static void say(String line) {
    System.out.println(line);
    System.out.flush();
  }
}

package io.mas.standalone;

import io.mas.dev.options.ClusterOptions;
import io.mas.dev.options.Command;
import io.mas.dev.options.CommandLine;
import io.mas.dev.options.StartProblem;
import java.time.Duration;
import java.util.List;
import org.slf4j.LoggerFactory;
import org.springframework.core.NestedExceptionUtils;

/** Starts the whole store in one process, says how to use it, and runs until it is told to stop. */
public final class Standalone {
  /** A start that cannot be; also what the script {@code mas} ends with. */
  private static final int CANNOT_START = 2;

  /** Names the log file for logback.xml, before anything logs. */
  private static final String LOG_PROPERTY = "mas.log";

  private Standalone() {}

  /**
   * Runs the store.
   *
   * @param arguments see {@code --help}
   */
  public static void main(String[] arguments) {
    long begun = System.nanoTime();
    if (CommandLine.asksForHelp(List.of(arguments))) {
      System.out.print(Command.UP.help());
      return;
    }
    try {
      ClusterOptions options = CommandLine.parse(Command.UP, List.of(arguments), System.getenv());
      System.setProperty(LOG_PROPERTY, options.data().resolve("mas.log").toString());
      Cluster cluster = Cluster.start(options);
      Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(cluster), "mas-stop"));
      Duration start = Duration.ofNanos(System.nanoTime() - begun);
      System.out.print(new Welcome(cluster, options).text(start));
      System.out.flush();
    } catch (StartProblem e) {
      refuse(String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      LoggerFactory.getLogger(Standalone.class).info("cannot start", e);
      refuse(
          "The store cannot start: %s\nThe log says more: %s"
              .formatted(
                  NestedExceptionUtils.getMostSpecificCause(e), System.getProperty(LOG_PROPERTY)));
    }
  }

  private static void stop(Cluster cluster) {
    System.out.println("\nStopping ...");
    cluster.close();
    System.out.println("Stopped; the files are kept.");
  }

  private static void refuse(String message) {
    System.err.println("mas: " + message);
    System.exit(CANNOT_START);
  }
}

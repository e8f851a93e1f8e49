package io.mas.bench;

import io.mas.bench.load.LoadOptions;
import io.mas.bench.load.LoadProblem;
import io.mas.bench.load.LoadRun;
import io.mas.bench.load.Report;
import java.util.List;

/** The load driver's command: {@code ./mas bench load}. */
public final class Load {
  private static final int FAILURES = 1;
  private static final int CANNOT_RUN = 2;

  private Load() {}

  /**
   * Loads a store and prints what was measured. Ends with 1 if a transfer failed, with 2 if nothing
   * could be measured or a byte was wrong.
   *
   * @param arguments see {@code --help}
   */
  public static void main(String[] arguments) throws InterruptedException {
    List<String> given = List.of(arguments);
    if (given.contains("--help") || given.contains("-h")) {
      System.out.print(LoadOptions.HELP);
      return;
    }
    try {
      LoadRun run = new LoadRun(LoadOptions.parse(given), System.err::println);
      Report report = run.run();
      System.out.print(report.table());
      run.save(report);
      System.exit(report.failures().isEmpty() ? 0 : FAILURES);
    } catch (LoadProblem e) {
      System.err.println("mas bench load: " + e.getMessage());
      System.exit(CANNOT_RUN);
    }
  }
}

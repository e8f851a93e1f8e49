package io.mas.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/** The benchmarks run, so that they cannot rot between two measurements; this measures nothing. */
class BenchmarksTest {
  private static final String IGNORE_LOCK = "jmh.ignoreLock";

  /** JMH forbids two runs on one machine, for the figures' sake; there are none here. */
  @BeforeEach
  void allowParallelRuns() {
    System.setProperty(IGNORE_LOCK, "true");
  }

  @AfterEach
  void restore() {
    System.clearProperty(IGNORE_LOCK);
  }

  @Test
  void everyBenchmarkRunsOnce() throws RunnerException {
    var options =
        new OptionsBuilder()
            .include("io\\.mas\\.bench\\..*")
            .mode(Mode.SingleShotTime)
            .forks(0)
            .warmupIterations(0)
            .measurementIterations(1)
            .param("shardLength", "4096")
            .param("length", "4096")
            .param("sample", "LOGS")
            .shouldFailOnError(true)
            .verbosity(VerboseMode.SILENT)
            .build();
    assertThat(new Runner(options).run()).hasSizeGreaterThan(20);
  }
}

package io.mas.common.thread;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

/** What Linux says of such a thread, and of the one that made it. */
class LowPriorityTest {
  /** Of proc_pid_stat(5), counted from the field behind the name, which is the second. */
  private static final int NICE_FIELD = 19 - 3;

  @Test
  void aThreadIsNiceAndItsMakerIsAsBefore() throws Exception {
    int before = nice();
    try (ExecutorService threads =
        Executors.newFixedThreadPool(1, LowPriority.threads("test-low-"))) {
      assertThat(threads.submit(LowPriorityTest::nice).get())
          .isEqualTo(Math.min(LowPriority.NICEST, before + LowPriority.NICER));
      assertThat(threads.submit(() -> Thread.currentThread().getName()).get())
          .isEqualTo("test-low-0");
    }
    assertThat(nice()).isEqualTo(before);
  }

  private static int nice() throws IOException {
    String stat = Files.readString(Path.of("/proc/thread-self/stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    return Integer.parseInt(fields[NICE_FIELD]);
  }
}

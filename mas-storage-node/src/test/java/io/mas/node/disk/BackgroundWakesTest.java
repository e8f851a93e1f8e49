package io.mas.node.disk;

import static org.assertj.core.api.Assertions.assertThat;

import io.mas.common.thread.LowPriority;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import jdk.management.VirtualThreadSchedulerMXBean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What becomes of the threads of a process when its nice ones end what virtual threads wait for,
 * while all carriers are busy: the JDK makes more, from whichever thread wakes. In a process of its
 * own, since carriers stay.
 */
@Timeout(60)
class BackgroundWakesTest {
  @Test
  void noOtherThreadBecomesNice() throws Exception {
    assertThat(niceThreads("relayed")).isZero();
  }

  /** Negative control: when it fails, the relay of {@link DiskThreads} is not needed any more. */
  @Test
  void withoutTheRelayCarriersDo() throws Exception {
    assertThat(niceThreads("direct")).isPositive();
  }

  private static int niceThreads(String way) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Djdk.virtualThreadScheduler.parallelism=64",
                "-cp",
                System.getProperty("java.class.path"),
                Waking.class.getName(),
                way)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try {
      String found = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      assertThat(process.waitFor()).isZero();
      return Integer.parseInt(found);
    } finally {
      process.destroyForcibly();
    }
  }

  /** Prints how many threads are nicer than the first, but those of the background. */
  static final class Waking {
    static final int WAITING = 4;

    private static final String BACKGROUND = "low-";

    /** Of proc_pid_stat(5), counted from the field behind the name, which is the second. */
    private static final int NICE_FIELD = 19 - 3;

    private static final CountDownLatch BEGUN = new CountDownLatch(WAITING);
    private static final CountDownLatch GO = new CountDownLatch(1);
    private static final AtomicBoolean ENDED = new AtomicBoolean();

    private Waking() {}

    public static void main(String[] arguments) throws Exception {
      Runnable task = inBackground(arguments[0].equals("relayed"));
      List<Thread> waiting =
          Stream.generate(() -> Thread.startVirtualThread(task)).limit(WAITING).toList();
      BEGUN.await();
      waiting.forEach(Waking::untilItWaits);
      keepCarriersBusy();
      GO.countDown();
      for (Thread one : waiting) {
        one.join();
      }
      System.out.print(nice());
      ENDED.set(true);
    }

    private static Runnable inBackground(boolean relayed) {
      ThreadFactory low = LowPriority.threads(BACKGROUND);
      ExecutorService direct = Executors.newFixedThreadPool(WAITING, low);
      DiskThreads threads = new DiskThreads("test", WAITING, low);
      return () -> {
        try {
          var _ = relayed ? threads.inBackground(Waking::work) : direct.submit(Waking::work).get();
        } catch (IOException | InterruptedException | ExecutionException e) {
          throw new IllegalStateException(e);
        }
      };
    }

    private static boolean work() throws InterruptedException {
      BEGUN.countDown();
      GO.await();
      return true;
    }

    private static void untilItWaits(Thread thread) {
      while (thread.getState() != Thread.State.WAITING) {
        Thread.onSpinWait();
      }
    }

    private static void keepCarriersBusy() throws InterruptedException {
      var scheduler = ManagementFactory.getPlatformMXBean(VirtualThreadSchedulerMXBean.class);
      int busy = 0;
      do {
        CountDownLatch begun = new CountDownLatch(1);
        Thread.startVirtualThread(() -> spin(begun));
        begun.await();
        busy++;
      } while (scheduler.getPoolSize() > busy);
    }

    private static void spin(CountDownLatch begun) {
      begun.countDown();
      while (!ENDED.get()) {
        Thread.onSpinWait();
      }
    }

    private static long nice() throws IOException {
      int usual = niceness(Path.of("/proc/thread-self/stat"));
      try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
        return tasks.map(task -> task.resolve("stat")).filter(stat -> isNicer(stat, usual)).count();
      }
    }

    private static boolean isNicer(Path stat, int usual) {
      try {
        return !Files.readString(stat).contains('(' + BACKGROUND) && niceness(stat) > usual;
      } catch (IOException _) {
        return false; // has ended meanwhile: no carrier, of which none goes so soon
      }
    }

    private static int niceness(Path stat) throws IOException {
      String line = Files.readString(stat);
      return Integer.parseInt(line.substring(line.lastIndexOf(')') + 2).split(" ", -1)[NICE_FIELD]);
    }
  }
}

package io.mas.common.thread;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The stop that a worker of a chaos run came to (ADR 17), made on purpose in a process of its own,
 * which has as many carriers as that had.
 */
@Timeout(60)
class CarriersTest {
  private static final int CARRIERS = 2;

  /** Longer than the watch waits, and than the rest of such a process takes. */
  private static final int STUCK_SECONDS = 3;

  private static final int PATIENCE_SECONDS = 30;

  @Test
  void whoHoldsWhatLoadingWaitsForGoesOn() throws Exception {
    Process process = crossing("watched");
    try {
      assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isZero();
    } finally {
      process.destroyForcibly();
    }
  }

  /** Negative control: as the JDK leaves it. When it ends too, the watch is not needed any more. */
  @Test
  void withoutTheWatchAllStop() throws Exception {
    Process process = crossing("unwatched");
    try {
      assertThat(process.getInputStream().read()).as("it has come to the point").isEqualTo('!');
      assertThat(process.waitFor(STUCK_SECONDS, TimeUnit.SECONDS)).isFalse();
    } finally {
      process.destroyForcibly();
    }
  }

  private static Process crossing(String watch) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Djdk.virtualThreadScheduler.parallelism=" + CARRIERS,
            "-cp",
            System.getProperty("java.class.path"),
            Crossing.class.getName(),
            watch)
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  /**
   * A platform thread holds a jar and waits for a list behind a virtual thread, while others that
   * load classes wait for the jar.
   */
  static final class Crossing {
    private static final Object JAR = new Object();
    private static final Object LIST = new Object();

    private Crossing() {}

    public static void main(String[] arguments) throws InterruptedException {
      if (arguments[0].equals("watched")) {
        Carriers.watch();
      }
      Thread first = Thread.ofVirtual().unstarted(Crossing::list);
      Thread holder = Thread.ofPlatform().unstarted(Crossing::jarAndList);
      List<Thread> loading =
          Stream.generate(() -> Thread.ofVirtual().unstarted(Crossing::load))
              .limit(CARRIERS)
              .toList();
      synchronized (LIST) {
        startUntilBlocked(first);
        startUntilBlocked(holder);
        loading.forEach(Crossing::startUntilBlocked);
        System.out.print('!');
        System.out.flush();
      }
      holder.join();
      first.join();
      for (Thread one : loading) {
        one.join();
      }
    }

    private static void startUntilBlocked(Thread thread) {
      thread.start();
      while (thread.getState() != Thread.State.BLOCKED) {
        Thread.onSpinWait();
      }
    }

    private static void list() {
      synchronized (LIST) {
        Thread.onSpinWait();
      }
    }

    private static void jarAndList() {
      synchronized (JAR) {
        list();
      }
    }

    /** The JVM calls the loader, whose frames it cannot take off the carrier. */
    private static void load() {
      try {
        Class<?> _ = Class.forName("there.is.None", false, new Jar());
      } catch (ClassNotFoundException _) {
        // as it should
      }
    }

    /** Finds nothing, as soon as it can look. */
    private static final class Jar extends ClassLoader {
      @Override
      protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        synchronized (JAR) {
          throw new ClassNotFoundException(name);
        }
      }
    }
  }
}

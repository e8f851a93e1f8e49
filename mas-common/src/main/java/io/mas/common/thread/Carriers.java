package io.mas.common.thread;

import java.lang.System.Logger.Level;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import jdk.management.VirtualThreadSchedulerMXBean;

/**
 * Watches the platform threads that carry virtual ones, and adds some while none goes on. The JDK
 * makes as many as there are processors, and that few can stop for ever: a virtual thread that
 * waits for a monitor while the JVM loads a class for it keeps its carrier (JEP 491), and a monitor
 * that is given up is meant for one waiting thread, which may be a virtual one without a carrier.
 * Whoever holds what the carriers wait for may then wait behind that one (ADR 17).
 */
public final class Carriers {
  private static final System.Logger LOG = System.getLogger(Carriers.class.getName());
  private static final AtomicBoolean WATCHED = new AtomicBoolean();

  /** Longer than a virtual thread waits for its turn on a busy machine. */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  /** Far more than virtual threads load classes at once. */
  private static final int MOST = 256;

  private final VirtualThreadSchedulerMXBean scheduler =
      ManagementFactory.getPlatformMXBean(VirtualThreadSchedulerMXBean.class);

  private Carriers() {
    scheduler.setParallelism(scheduler.getParallelism()); // loads what it needs, while that works
  }

  /** Watches until the process ends, on a thread of its own; once, however often it is called. */
  public static void watch() {
    if (WATCHED.compareAndSet(false, true)) {
      Thread.ofPlatform().daemon().name("mas-carriers").start(() -> new Carriers().run());
    }
  }

  private void run() {
    try {
      while (true) {
        CountDownLatch probe = probe();
        if (!ran(probe)) {
          addUntil(probe);
        }
        Thread.sleep(PATIENCE);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Goes down when a virtual thread runs that is started now. */
  private static CountDownLatch probe() {
    CountDownLatch probe = new CountDownLatch(1);
    Thread.ofVirtual().name("mas-carriers-probe").start(probe::countDown);
    return probe;
  }

  private static boolean ran(CountDownLatch probe) throws InterruptedException {
    return probe.await(PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
  }

  private void addUntil(CountDownLatch probe) throws InterruptedException {
    long begin = System.nanoTime();
    int usual = scheduler.getParallelism();
    int carriers = usual;
    try {
      do {
        if (carriers < MOST) {
          carriers = Math.min(2 * carriers, MOST);
          scheduler.setParallelism(carriers);
          probe(); // the pool begins a thread for work that comes
        }
      } while (!ran(probe));
    } finally {
      scheduler.setParallelism(usual);
    }
    report(PATIENCE.plusNanos(System.nanoTime() - begin), usual, carriers);
  }

  /** On a thread of its own: the log may wait for one of those that stood still. */
  private static void report(Duration stop, int usual, int carriers) {
    String message =
        "virtual threads did not run for %d ms, until %d platform threads carried them, not %d"
            .formatted(stop.toMillis(), carriers, usual);
    Thread.ofPlatform().daemon().start(() -> LOG.log(Level.WARNING, message));
  }
}

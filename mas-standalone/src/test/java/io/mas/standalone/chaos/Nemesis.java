package io.mas.standalone.chaos;

import io.mas.standalone.load.Outages.Outage;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Breaks the cluster: chooses from a seed what, where and for how long, several at once within what
 * {@link Harm} allows, and undoes each. A seed makes the same choices again, as far as the faults
 * of before have ended as early. Its own methods are used by one thread.
 */
final class Nemesis {
  /** Between two faults, at most; half of it on average. */
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(3);

  /** After the end of a fault the others notice that its victim is back. */
  private static final Duration SETTLED = Duration.ofSeconds(3);

  private final FaultChoice choice;
  private final Harm harm;
  private final Function<Fault, Outage> excuses;
  private final Random random;
  private final Consumer<String> log;
  private final Map<Fault.Kind, AtomicLong> counts = new EnumMap<>(Fault.Kind.class);
  private final ConcurrentLinkedQueue<String> troubles = new ConcurrentLinkedQueue<>();

  /** Chooses what comes next. */
  interface FaultChoice {
    /** A fault that is allowed, if one was found. */
    Optional<Fault> next(Random random, Predicate<Fault> allowed);
  }

  /**
   * @param excuses begins to excuse what clients may see of a fault
   * @param log is told of every fault and its end
   */
  Nemesis(
      FaultChoice choice,
      Harm harm,
      Function<Fault, Outage> excuses,
      long seed,
      Consumer<String> log) {
    this.choice = choice;
    this.harm = harm;
    this.excuses = excuses;
    this.random = new Random(seed);
    this.log = log;
    for (Fault.Kind kind : Fault.Kind.values()) {
      counts.put(kind, new AtomicLong());
    }
  }

  /** Begins faults for so long; when this returns all have ended. */
  void run(Duration time) throws InterruptedException {
    long deadline = System.nanoTime() + time.toNanos();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      while (System.nanoTime() < deadline) {
        Thread.sleep(Duration.ofNanos(random.nextLong(LONGEST_PAUSE.toNanos())));
        choice.next(random, harm::take).ifPresent(fault -> threads.execute(() -> carryOut(fault)));
      }
    }
  }

  private void carryOut(Fault fault) {
    Outage outage = excuses.apply(fault);
    try {
      count(fault.kind()).incrementAndGet();
      log.accept("begin " + fault);
      fault.begin().run();
      Thread.sleep(fault.length());
      fault.end().run();
      outage.end();
      log.accept("end   " + fault);
      Thread.sleep(SETTLED);
      harm.release(fault);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      troubles.add("%s went wrong: %s".formatted(fault, e)); // its victim stays harmed
      log.accept(fault + " went wrong: " + e);
    }
  }

  private AtomicLong count(Fault.Kind kind) {
    AtomicLong count = counts.get(kind);
    if (count == null) {
      throw new IllegalStateException("every kind has a count");
    }
    return count;
  }

  /** How many faults of this kind there were. */
  long faults(Fault.Kind kind) {
    return count(kind).get();
  }

  /** How many faults there were. */
  long faults() {
    return counts.values().stream().mapToLong(AtomicLong::get).sum();
  }

  /** What could not be undone; to be empty. */
  List<String> troubles() {
    return List.copyOf(troubles);
  }

  @Override
  public String toString() {
    return "faults " + counts;
  }
}

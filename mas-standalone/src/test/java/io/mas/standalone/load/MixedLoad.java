package io.mas.standalone.load;

import io.mas.standalone.MasClient;
import io.mas.standalone.load.KnownFile.State;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Many clients that use everything there is, and the check of all that they were told. A seed makes
 * the same choices again; how they meet is up to the threads. Used by one thread.
 */
public final class MixedLoad {
  private static final int FILES_PER_CLIENT = 5;
  private static final int SHARED_FILES = 20;

  /** 64 clients are there after 19 s. */
  private static final Duration START_APART = Duration.ofMillis(300);

  /** Files that are read at once in the last check. */
  private static final int READERS = 12;

  private final Settings settings;
  private final Population population;
  private final Journal journal;
  private final List<LoadClient> clients;
  private volatile List<MasClient> gateways = List.of();

  /**
   * How much load.
   *
   * @param seed of all choices
   * @param pause of a client between two steps, on average
   * @param recovery within which everything is to be normal after an outage
   * @param changePercent so many of 100 steps change a file, another tenth one that all share
   * @param keptPercent so many of 100 files that are stored stay so, for the last check to read
   */
  public record Settings(
      long seed,
      int clients,
      Duration pause,
      Duration recovery,
      int changePercent,
      int keptPercent) {
    private static final Duration RECOVERY = Duration.ofSeconds(30);
    private static final int CHANGE_PERCENT = 30;

    /** With a new seed, or the one of {@code -Dmas.seed}. */
    public static Settings of(int clients, Duration pause) {
      long seed = Long.getLong("mas.seed", System.nanoTime());
      return new Settings(seed, clients, pause, RECOVERY, CHANGE_PERCENT, 0);
    }

    /** The same with another time to recover. */
    public Settings withRecovery(Duration other) {
      return new Settings(seed, clients, pause, other, changePercent, keptPercent);
    }

    /** The same with so many changes, and with files that stay. */
    public Settings withChanges(int percent, int kept) {
      return new Settings(seed, clients, pause, recovery, percent, kept);
    }
  }

  /** A load that does not run yet; prints its seed. */
  public MixedLoad(Settings settings) {
    this.settings = settings;
    this.journal = new Journal(System::nanoTime, settings.recovery);
    this.population = new Population(settings.clients, FILES_PER_CLIENT, SHARED_FILES);
    this.clients = IntStream.range(0, settings.clients).mapToObj(this::client).toList();
    System.out.printf("mixed load: %s, again with -Dmas.seed=%d%n", settings, settings.seed);
  }

  private LoadClient client(int number) {
    return new LoadClient(settings, number, population, journal, () -> gateways);
  }

  /** What to give as {@code -Dmas.seed} to have the same choices again. */
  public long seed() {
    return settings.seed;
  }

  /** Where the test says what it takes away. */
  public Outages outages() {
    return journal.outages();
  }

  /** Something that happens while the clients work. */
  public interface Meanwhile {
    void run() throws Exception;
  }

  /**
   * Has the clients work until {@code meanwhile} has returned. They begin one after the other: all
   * at once, they would meet processes that have just started and run slowly yet.
   *
   * @param through gateways of one store
   */
  public void during(List<MasClient> through, Meanwhile meanwhile) throws Exception {
    gateways = List.copyOf(through);
    AtomicBoolean stopped = new AtomicBoolean();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < clients.size(); i++) {
        LoadClient client = clients.get(i);
        Duration wait = START_APART.multipliedBy(i);
        threads.execute(() -> run(client, wait, stopped));
      }
      try {
        meanwhile.run();
      } finally {
        stopped.set(true);
      }
    }
  }

  private void run(LoadClient client, Duration wait, AtomicBoolean stopped) {
    try {
      Thread.sleep(wait);
      client.run(settings.pause, stopped::get);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error e) {
      journal.violation("a client of the load broke down: " + e);
      throw e;
    }
  }

  /**
   * Looks at every file that there ever was through every gateway, while nobody changes any and
   * nothing is down: reads what may be stored, and asks for the others.
   *
   * @return what the clients knew of the files
   */
  public Census check(List<MasClient> through) {
    journal.outages().requireNone();
    Random random = new Random(settings.seed);
    ReadSteps reads = new ReadSteps(new Requests(() -> through, journal, random), journal, random);
    List<KnownFile> files = population.all();
    try (ExecutorService threads = Executors.newFixedThreadPool(READERS)) {
      for (KnownFile file : files) {
        threads.execute(() -> through.forEach(gateway -> look(reads, file, gateway)));
      }
    }
    population.forget(file -> known(file).equals(Optional.of(State.ABSENT)));
    return Census.of(files.stream().map(this::known).toList());
  }

  private void look(ReadSteps reads, KnownFile file, MasClient gateway) {
    if (known(file).equals(Optional.of(State.ABSENT))) {
      reads.info(file, gateway);
    } else {
      reads.whole(file, gateway);
    }
  }

  /**
   * Deletes what is stored and no client works with any more, all but so many percent of it: a
   * store that is used for hours would else only grow, and a machine of two cores do less and less.
   */
  public void thin(List<MasClient> through, int percent) {
    Random random = new Random(settings.seed);
    try (ExecutorService threads = Executors.newFixedThreadPool(READERS)) {
      for (KnownFile file : population.retired()) {
        Random own = new Random(random.nextLong());
        if (known(file).equals(Optional.of(State.STORED)) && own.nextInt(100) >= percent) {
          Requests requests = new Requests(() -> through, journal, own);
          threads.execute(() -> new UploadSteps(requests, journal, own).delete(file));
        }
      }
    }
  }

  private Optional<State> known(KnownFile file) {
    long now = journal.now();
    return file.state(now, now);
  }

  /** How many files are known to be what. */
  public record Census(long stored, long absent, long unknown) {
    private static Census of(List<Optional<State>> states) {
      return new Census(
          states.stream().filter(Optional.of(State.STORED)::equals).count(),
          states.stream().filter(Optional.of(State.ABSENT)::equals).count(),
          states.stream().filter(Optional::isEmpty).count());
    }
  }

  /** What was wrong; to be empty. */
  public List<String> violations() {
    return Stream.concat(journal.violations().stream(), journal.refusals().stream()).toList();
  }

  /** What was wrong and cannot be blamed on a machine that is too slow; to be empty. */
  public List<String> brokenPromises() {
    return journal.violations();
  }

  /** How many requests were refused by 503, or not answered, with nothing down. */
  public long refusals() {
    return journal.refusalCount();
  }

  /** The part of all requests that was refused by 503, or not answered, with nothing down. */
  public double refusedPart() {
    return journal.refusedPart();
  }

  /** Kinds of requests of which none has gone as it should; to be empty after a long load. */
  public List<String> neverDone() {
    return Arrays.stream(Operation.values())
        .filter(operation -> journal.count(operation) == 0)
        .map(Operation::toString)
        .toList();
  }

  /** Uploads and deletes that were acknowledged. */
  public long acknowledged() {
    return stored() + journal.count(Operation.DELETE);
  }

  /** Uploads that were acknowledged, each once. */
  public long stored() {
    return journal.uploads();
  }

  /** Files of which an upload was acknowledged, each once. */
  public int storedFiles() {
    return journal.files();
  }

  /** Figures for people. */
  public String report() {
    return journal.report();
  }
}

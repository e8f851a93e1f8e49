package io.mas.bench.load;

import io.mas.bench.load.LoadClient.Metric;
import io.mas.bench.load.LoadOptions.Times;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** One run: prepare, store, warm up, measure, read back, report. */
public final class LoadRun {
  private static final double NANOS = 1e9;

  /** What the clients have begun is finished within this time after the measurement. */
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final LoadOptions options;
  private final Workload workload;
  private final Times times;
  private final Consumer<String> say;

  /**
   * A run.
   *
   * @param say gets a line at each step
   */
  public LoadRun(LoadOptions options, Consumer<String> say) {
    this.options = options;
    this.workload = options.workload();
    this.times = options.times();
    this.say = say;
  }

  /**
   * Runs it, with a store of its own if the options say so.
   *
   * @throws LoadProblem if it cannot be run, or if a byte was wrong
   */
  public Report run() throws InterruptedException {
    int emptyNodes = options.emptyNodes();
    if (!options.start()) {
      return run(options.target(), () -> {});
    }
    say.accept("starting a store ...");
    try (StoreProcess store = StoreProcess.start(options.parent())) {
      return run(store.target(), () -> store.emptyNodes(emptyNodes));
    }
  }

  private Report run(Target target, Runnable beforeMeasuring) throws InterruptedException {
    long seed = options.seed();
    List<FileToSend> uploads = prepare(workload.mode().uploads(), seed, options.prepare());
    List<FileToSend> stored = prepare(workload.mode().downloads(), ~seed, options.stored());
    store(target, stored);
    beforeMeasuring.run();
    var phase =
        new LoadClient.Phase(
            new Schedule(options.rate(), System.nanoTime()),
            new Supply(uploads),
            stored,
            new ConcurrentLinkedQueue<>(),
            new Progress());
    List<LoadClient> clients =
        IntStream.range(0, options.clients())
            .mapToObj(i -> new LoadClient(target, workload, phase, Content.mix(seed + i)))
            .toList();
    Report report = measure(target, phase, clients);
    return readBack(target, phase, report);
  }

  private List<FileToSend> prepare(boolean wanted, long seed, long bytes) {
    if (!wanted) {
      return List.of();
    }
    say.accept("preparing %s of %s ...".formatted(Bytes.format(bytes), workload.sizes()));
    return Preparation.files(workload, seed, bytes);
  }

  private void store(Target target, List<FileToSend> files) throws InterruptedException {
    if (!files.isEmpty()) {
      say.accept("storing %d files ...".formatted(files.size()));
      Crew.each(options.clients(), target, files, MasClient::single);
    }
  }

  private Report measure(Target target, LoadClient.Phase phase, List<LoadClient> clients)
      throws InterruptedException {
    Progress progress = phase.progress();
    List<Thread> threads =
        clients.stream().map(client -> Thread.ofPlatform().name("client").start(client)).toList();
    try {
      Flatness warmUp = warmUp(progress);
      say.accept("measuring ...");
      Moment begin = Moment.of(target, progress.totals());
      progress.measure(true);
      var _ = progress.await(times.duration());
      progress.measure(false);
      Moment end = Moment.of(target, progress.totals());
      end(progress, clients, threads);
      return report(new Window(begin, end), warmUp, progress, clients);
    } finally {
      end(progress, clients, threads);
    }
  }

  private Flatness warmUp(Progress progress) throws InterruptedException {
    say.accept("warming up ...");
    Flatness flatness = new Flatness();
    long begin = System.nanoTime();
    long moved = 0;
    long time = begin;
    while (!flatness.reached() && time - begin < times.maxWarmUp().toNanos()) {
      if (!progress.await(times.window())) {
        throw new LoadProblem(
            "all %s that were prepared were sent in the warm-up: use a larger --prepare"
                .formatted(Bytes.format(options.prepare())));
      }
      long now = System.nanoTime();
      long movedNow = progress.totals().moved.sum();
      flatness.add((movedNow - moved) / (double) Bytes.MIB / ((now - time) / NANOS));
      moved = movedNow;
      time = now;
    }
    return flatness;
  }

  /** Lets the clients finish what they have begun. */
  private static void end(Progress progress, List<LoadClient> clients, List<Thread> threads)
      throws InterruptedException {
    progress.stop();
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    for (Thread thread : threads) {
      if (!thread.join(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())))) {
        clients.forEach(LoadClient::disconnect);
        throw new LoadProblem("the store has not answered for %s".formatted(PATIENCE));
      }
    }
  }

  /** Everything at one moment. */
  private record Moment(
      long time,
      long moved,
      long files,
      long requests,
      ProcessFigures driver,
      @Nullable ProcessFigures server) {
    static Moment of(Target target, Totals totals) {
      return new Moment(
          System.nanoTime(),
          totals.moved.sum(),
          totals.files.sum(),
          totals.requests.sum(),
          ProcessFigures.of(ProcessHandle.current().pid()),
          target.pid().isPresent() ? ProcessFigures.of(target.pid().getAsLong()) : null);
    }
  }

  private record Window(Moment begin, Moment end) {
    Report.Rates rates() {
      return new Report.Rates(
          (end.time - begin.time) / NANOS,
          end.moved - begin.moved,
          end.files - begin.files,
          end.requests - begin.requests);
    }
  }

  private Report report(
      Window window, Flatness warmUp, Progress progress, List<LoadClient> clients) {
    Report.Rates rates = window.rates();
    ProcessFigures serverBegin = window.begin.server;
    ProcessFigures serverEnd = window.end.server;
    return new Report(
        describe(),
        machine(),
        warmUp.rates(),
        warmUp.reached(),
        progress.wasExhausted(),
        rates,
        latencies(clients),
        Report.Cost.between(window.begin.driver, window.end.driver, rates),
        serverBegin == null || serverEnd == null
            ? null
            : Report.Cost.between(serverBegin, serverEnd, rates),
        progress.totals().failures(),
        0);
  }

  private String describe() {
    return String.format(
        Locale.ROOT,
        "%s, %s, %d clients%s%s%s%s%s",
        workload.mode(),
        workload.sizes(),
        options.clients(),
        options.rate() > 0
            ? ", %s files/s, latency from the intended start".formatted(options.rate())
            : "",
        workload.mode() == Workload.Mode.CHUNKED
            ? ", chunks of " + Bytes.format(workload.chunkSize())
            : "",
        workload.duplicates() > 0 ? ", %s %% duplicates".formatted(workload.duplicates()) : "",
        workload.compressible() > 0
            ? ", %s %% compressible".formatted(workload.compressible())
            : "",
        options.emptyNodes() > 0 ? ", %d nodes emptied".formatted(options.emptyNodes()) : "");
  }

  private static String machine() {
    var system = ManagementFactory.getOperatingSystemMXBean();
    return String.format(
        Locale.ROOT,
        "%s, %d processors, load average %.1f, JDK %s",
        cpu(),
        system.getAvailableProcessors(),
        system.getSystemLoadAverage(),
        Runtime.version());
  }

  private static String cpu() {
    try {
      return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse("unknown processor");
    } catch (IOException e) {
      throw new UncheckedIOException("this is not Linux", e);
    }
  }

  private static Map<String, Latency> latencies(List<LoadClient> clients) {
    Map<String, Latency> latencies = new LinkedHashMap<>();
    for (Metric metric : Metric.values()) {
      Latency latency =
          Latency.of(
              clients.stream()
                  .flatMapToLong(client -> LongStream.of(client.samples(metric).values()))
                  .toArray());
      if (latency.count() > 0) {
        latencies.put(metric.name().toLowerCase(Locale.ROOT).replace('_', ' '), latency);
      }
    }
    return latencies;
  }

  private Report readBack(Target target, LoadClient.Phase phase, Report report)
      throws InterruptedException {
    List<FileToSend> files = new ArrayList<>(phase.acknowledged());
    if (!options.readBack() || files.isEmpty()) {
      return report;
    }
    say.accept("reading %d files back ...".formatted(files.size()));
    Crew.each(options.clients(), target, files, MasClient::download);
    return report.withReadBack(files.size());
  }

  /** Writes the figures as JSON where the options say. */
  public void save(Report report) {
    Path file = options.json();
    if (file != null) {
      JsonMapper.builder().build().writerWithDefaultPrettyPrinter().writeValue(file, report);
    }
  }
}

package io.mas.bench.load;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The options of {@code ./mas bench load}. */
public final class LoadOptions {
  /** What each option means. */
  public static final String HELP =
      """
      Usage: ./mas bench load [options]

      Loads a store with clients of one connection each, compares every byte, and measures.

      The store:
        --url URL            base of its API (http://127.0.0.1:8080)
        --system-token T     else that of --data
        --data DIR           its data directory, for the file system-token (./data)
        --pid N              its process on this machine, to measure CPU, disk and memory
        --start              start a store of its own with ./mas up, on a temporary directory of /tmp or
                             of --data, and stop and delete it afterwards (MAS_JAVA_OPTS: flags of its JVM)
        --empty-nodes N      with --start: delete all files of N nodes before measuring downloads

      The load:
        --mode MODE          single, chunked, download or mixed (single)
        --clients N          connections, each with one request at a time (8)
        --size SIZES         1MiB, or shares such as 70%:16KiB,25%:1MiB,5%:64MiB (1MiB)
        --duplicates P       percent of the uploads whose content was sent before (0)
        --compressible P     percent of the files that are log lines, not noise (0)
        --chunk-size SIZE    of chunked uploads (8MiB)
        --rate N             open loop: N files a second, latency from the intended start
        --prepare SIZE       bytes of files to be sent, hashed beforehand (4GiB)
        --stored SIZE        bytes of files to be downloaded, stored beforehand (1GiB)
        --seed N             other files for another seed (random)

      The measurement:
        --duration S         seconds measured (30)
        --window S           seconds of a window of the warm-up (5); it is over when the rates of three in a
                             row are within 10 %
        --max-warm-up S      or after so many seconds (60)
        --no-read-back       do not download and compare, afterwards, what was uploaded
        --json FILE          write the figures there too
        --help               this text
      """;

  private static final Set<String> FLAGS = Set.of("start", "no-read-back");
  private static final Set<String> VALUES =
      Set.of(
          "url",
          "system-token",
          "data",
          "pid",
          "empty-nodes",
          "mode",
          "clients",
          "size",
          "duplicates",
          "compressible",
          "chunk-size",
          "rate",
          "prepare",
          "stored",
          "seed",
          "duration",
          "window",
          "max-warm-up",
          "json");

  private final Map<String, String> given;

  private LoadOptions(Map<String, String> given) {
    this.given = given;
  }

  /**
   * How long to measure.
   *
   * @param window of the warm-up
   * @param maxWarmUp after which the rate is taken as it is
   */
  record Times(Duration duration, Duration window, Duration maxWarmUp) {}

  /**
   * Reads the options.
   *
   * @throws LoadProblem for an unknown option, or one without its value
   */
  public static LoadOptions parse(List<String> arguments) {
    Map<String, String> given = new HashMap<>();
    Iterator<String> rest = arguments.iterator();
    while (rest.hasNext()) {
      String option = rest.next();
      String name = option.startsWith("--") ? option.substring(2) : "";
      if (FLAGS.contains(name)) {
        given.put(name, "");
      } else if (VALUES.contains(name) && rest.hasNext()) {
        given.put(name, rest.next());
      } else {
        throw new LoadProblem(
            "'%s' is no option, or has no value; --help lists them".formatted(option));
      }
    }
    return new LoadOptions(given);
  }

  boolean start() {
    return given.containsKey("start");
  }

  boolean readBack() {
    return !given.containsKey("no-read-back");
  }

  int emptyNodes() {
    int nodes = (int) number("empty-nodes", 0);
    if (nodes > 0 && !start()) {
      throw new LoadProblem("--empty-nodes deletes files, so it needs a store of --start");
    }
    return nodes;
  }

  Target target() {
    String pid = given.get("pid");
    return new Target(
        URI.create(text("url", "http://127.0.0.1:8080")),
        systemToken(),
        pid == null ? OptionalLong.empty() : OptionalLong.of(number("pid", 0)));
  }

  private String systemToken() {
    String token = given.get("system-token");
    if (token != null) {
      return token;
    }
    Path file = Path.of(text("data", "data")).resolve("system-token");
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw new LoadProblem(
          "there is no --system-token, and %s cannot be read: name its directory with --data"
              .formatted(file),
          e);
    }
  }

  Workload workload() {
    return new Workload(
        Workload.Mode.parse(text("mode", "single")),
        SizeMix.parse(text("size", "1MiB")),
        decimal("duplicates", 0),
        decimal("compressible", 0),
        Bytes.parse(text("chunk-size", "8MiB")));
  }

  int clients() {
    return Math.clamp(number("clients", 8), 1, 1000);
  }

  double rate() {
    return decimal("rate", 0);
  }

  long prepare() {
    return Bytes.parse(text("prepare", "4GiB"));
  }

  long stored() {
    return Bytes.parse(text("stored", "1GiB"));
  }

  long seed() {
    return number("seed", System.nanoTime());
  }

  Times times() {
    return new Times(seconds("duration", 30), seconds("window", 5), seconds("max-warm-up", 60));
  }

  @Nullable Path json() {
    String file = given.get("json");
    return file == null ? null : Path.of(file);
  }

  /** Where a store of its own keeps its data. */
  Path parent() {
    return Path.of(text("data", System.getProperty("java.io.tmpdir", "/tmp")));
  }

  private String text(String name, String otherwise) {
    return given.getOrDefault(name, otherwise);
  }

  private Duration seconds(String name, long otherwise) {
    long seconds = number(name, otherwise);
    if (seconds < 1) {
      throw new LoadProblem("--%s is %d, expected 1 second or more".formatted(name, seconds));
    }
    return Duration.ofSeconds(seconds);
  }

  private long number(String name, long otherwise) {
    String value = given.get(name);
    try {
      long number = value == null ? otherwise : Long.parseLong(value);
      requireNotNegative(name, number >= 0, value);
      return number;
    } catch (NumberFormatException e) {
      throw noNumber(name, value, e);
    }
  }

  private double decimal(String name, double otherwise) {
    String value = given.get(name);
    try {
      double number = value == null ? otherwise : Double.parseDouble(value);
      requireNotNegative(name, number >= 0, value);
      return number;
    } catch (NumberFormatException e) {
      throw noNumber(name, value, e);
    }
  }

  private static void requireNotNegative(String name, boolean right, @Nullable String value) {
    if (!right) {
      throw new LoadProblem("--%s is '%s', expected 0 or more".formatted(name, value));
    }
  }

  private static LoadProblem noNumber(
      String name, @Nullable String value, NumberFormatException e) {
    return new LoadProblem("--%s is '%s', expected a number".formatted(name, value), e);
  }
}

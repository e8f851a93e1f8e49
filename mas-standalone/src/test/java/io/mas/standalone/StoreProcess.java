package io.mas.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.mas.dev.cluster.Programs;
import io.mas.dev.options.DataDirectory;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;

/**
 * {@code ./mas up} without the script: a process of its own, with the flags of the script, that can
 * be killed. Its output is captured, and it never outlives this virtual machine. Used by one
 * thread.
 */
final class StoreProcess implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Pattern API = Pattern.compile("^ +API +(\\S+)$");

  private final Process process;
  private final List<String> lines = new CopyOnWriteArrayList<>();
  private final Thread reader;
  private final Thread orphanGuard;

  private StoreProcess(Process process) {
    this.process = process;
    this.reader = Thread.ofPlatform().daemon().name("store-output").start(this::read);
    this.orphanGuard = new Thread(process::destroyForcibly, "store-orphan-guard");
    Runtime.getRuntime().addShutdownHook(orphanGuard);
  }

  /** Starts a store; {@code flags} are of the JVM. It may not be ready yet. */
  static StoreProcess begin(List<String> flags, List<String> arguments) {
    List<String> program = new ArrayList<>(flags);
    program.addAll(List.of("-cp", productClasspath(), "io.mas.standalone.Standalone"));
    List<String> command = Programs.command(program, "256m", arguments);
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("MALLOC_ARENA_MAX", "2");
    builder.environment().keySet().removeIf(StoreProcess::changesTheStore);
    try {
      return new StoreProcess(builder.start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean changesTheStore(String variable) {
    return variable.equals("JAVA_TOOL_OPTIONS") || variable.startsWith("MAS_");
  }

  /** Starts a store of six nodes on free ports and waits until it is ready. */
  static StoreProcess start(Path data, String... flags) {
    StoreProcess store = launch(data, flags);
    try {
      store.awaitReady();
      return store;
    } catch (Throwable e) {
      store.close();
      throw e;
    }
  }

  /** Starts a store of six nodes on free ports and does not wait for it. */
  static StoreProcess launch(Path data, String... flags) {
    return begin(
        Arrays.asList(flags),
        List.of("--port", "0", "--management-port", "0", "--data", data.toString()));
  }

  void awaitReady() {
    await(line -> line.contains("Ctrl-C stops it"));
  }

  /** Without the classes of the tests, whose logging would be another. */
  private static String productClasspath() {
    return Arrays.stream(System.getProperty("java.class.path").split(":"))
        .filter(entry -> !entry.endsWith("test-classes"))
        .collect(Collectors.joining(":"));
  }

  /** Waits for a line of its output; fails if the process ends before, or the patience does. */
  void await(Predicate<String> line) {
    Awaitility.await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> !reader.isAlive() || lines.stream().anyMatch(line));
    assertThat(lines).anyMatch(line);
  }

  MasClient client(Path data) {
    try {
      String token = Files.readString(data.resolve(DataDirectory.SYSTEM_TOKEN)).strip();
      return new MasClient(api(), token);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private URI api() {
    return lines.stream()
        .map(API::matcher)
        .filter(Matcher::matches)
        .map(match -> URI.create(match.group(1)))
        .findFirst()
        .orElseThrow();
  }

  String output() {
    return String.join("\n", lines);
  }

  /**
   * A figure of {@code /proc/PID/status} (Linux), in bytes: {@code VmRSS} is the memory that it
   * has, {@code VmHWM} the most that it ever had.
   */
  long memory(String name) throws IOException {
    try (var status = Files.lines(Path.of("/proc/" + process.pid() + "/status"))) {
      String figure = status.filter(line -> line.startsWith(name + ":")).findFirst().orElseThrow();
      return Long.parseLong(figure.replaceAll("\\D", "")) << 10;
    }
  }

  boolean alive() {
    return process.isAlive();
  }

  /** SIGKILL. */
  void kill() {
    process.toHandle().destroyForcibly();
    exitCode();
  }

  /** SIGTERM. */
  void terminate() {
    process.toHandle().destroy(); // Process.destroy would close its output too
  }

  int exitCode() {
    try {
      assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
      reader.join();
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for the store's end", e);
    }
  }

  @Override
  public void close() {
    kill();
    Runtime.getRuntime().removeShutdownHook(orphanGuard);
  }

  /** Copies the process's output to its end. */
  private void read() {
    try (BufferedReader in =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      in.lines().forEach(lines::add);
    } catch (IOException | UncheckedIOException killed) {
      lines.add("(" + killed + ")");
    }
  }
}

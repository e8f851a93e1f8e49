package io.mas.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.mas.dev.options.DataDirectory;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code ./mas dev} as a user meets it, with the executable jars: they must have been built, which
 * {@code ./mas test} and {@code mvnw verify} do before they come to this module.
 */
class DevScriptTest {
  private static final Path SCRIPT = Path.of("../mas").toAbsolutePath().normalize();
  private static final Duration START = Duration.ofMinutes(4);

  /** 15 s on a machine that is not busy. */
  private static final Duration STOP = Duration.ofSeconds(40);

  /** Of a process that is ready: its name, pid and address. */
  private static final Pattern PROCESS = Pattern.compile("(?m)^  (\\S+) +pid (\\d+) +(\\S+)$");

  @TempDir Path directory;

  private final List<Process> started = new ArrayList<>();

  @AfterEach
  void endAll() throws InterruptedException {
    for (Process dev : started) {
      dev.destroy();
      if (!dev.waitFor(STOP.toSeconds(), TimeUnit.SECONDS)) {
        dev.destroyForcibly();
      }
    }
  }

  @Test
  void aClusterOutlivesItsProcessesAndItsOwnEndAndLeavesNoProcess() throws Exception {
    Content file = Content.random("kept", 3 << 20, 81);
    Dev first = start("first");
    assertThat(first.processes().keySet())
        .contains("gateway-1", "gateway-2", "worker", "node-1", "node-2")
        .contains("mongodb", "redis-server", "rabbitmq-server");
    assertThat(first.through("gateway-1", client -> client.single(file).ok())).isTrue();
    assertThat(first.through("gateway-2", client -> client.download(file.hash()).is(file)))
        .isTrue();
    secretsAreForTheOwnerOnly(first);
    aSecondOneIsRefused();

    first.process("node-2").destroyForcibly();
    first.await("node-2 (pid %d) has ended with code 137".formatted(first.pid("node-2")));
    assertThat(first.through("gateway-2", client -> client.download(file.hash()).is(file)))
        .isTrue();

    List<ProcessHandle> left = first.descendants();
    first.process.destroyForcibly().waitFor();
    assertThat(left).anyMatch(ProcessHandle::isAlive);

    Dev second = start("second");
    assertThat(second.output()).contains("Ending node-1 (pid %d)".formatted(first.pid("node-1")));
    assertThat(second.through("gateway-1", client -> client.download(file.hash()).is(file)))
        .isTrue();
    left.addAll(second.descendants());
    second.process.toHandle().destroy(); // SIGTERM
    assertThat(second.process.waitFor(STOP.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(second.process.exitValue()).isEqualTo(143);
    assertThat(second.output()).endsWith("Stopping ...\nStopped; the files are kept.\n");
    Awaitility.await().untilAsserted(() -> assertThat(left).noneMatch(ProcessHandle::isAlive));
  }

  private void secretsAreForTheOwnerOnly(Dev dev) throws IOException {
    Path data = directory.resolve("data");
    assertThat(Files.getPosixFilePermissions(data.resolve("secrets")))
        .isEqualTo(PosixFilePermissions.fromString("rwx------"));
    String key = Files.readString(data.resolve("internal-key")).strip();
    for (ProcessHandle process : dev.descendants()) {
      Path arguments = Path.of("/proc/%d/cmdline".formatted(process.pid()));
      assertThat(Files.readString(arguments)).doesNotContain(key, dev.systemToken());
    }
  }

  private void aSecondOneIsRefused() throws Exception {
    Dev refused = run("refused", "--nodes", "2", "--erasure", "1+1");
    assertThat(refused.process.waitFor(START.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(refused.process.exitValue()).isEqualTo(2);
    assertThat(refused.output()).startsWith("mas: ").contains("in use by another process");
  }

  @Test
  void aBadStartIsOneMessageAndExitCodeTwo() throws Exception {
    Dev refused = run("refused", "--nodes", "2");
    assertThat(refused.process.waitFor(START.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(refused.process.exitValue()).isEqualTo(2);
    assertThat(refused.output())
        .startsWith("mas: 2 nodes are too few for 4+2")
        .doesNotContain("\tat ");
  }

  private Dev start(String name) throws IOException {
    Dev dev = run(name, "--nodes", "2", "--erasure", "1+1");
    dev.await("Ctrl-C stops it");
    return dev;
  }

  private Dev run(String name, String... options) throws IOException {
    List<String> command = new ArrayList<>(List.of("bash", SCRIPT.toString(), "dev"));
    command.addAll(List.of("--port", "0", "--management-port", "0"));
    command.addAll(List.of("--data", directory.resolve("data").toString()));
    command.addAll(List.of(options));
    Path output = directory.resolve(name + ".txt");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().keySet().removeIf(variable -> variable.startsWith("MAS_"));
    builder.environment().put("MAS_BUILD", "no");
    builder.environment().put("MAS_JAVA_HOME", System.getProperty("java.home"));
    Process process = builder.start();
    started.add(process);
    return new Dev(process, output, directory.resolve("data"));
  }

  /** A run of the script. */
  private record Dev(Process process, Path file, Path data) {

    String output() throws IOException {
      return Files.readString(file);
    }

    void await(String text) {
      Awaitility.await().atMost(START).until(() -> !process.isAlive() || output().contains(text));
      assertThat(file).content().contains(text);
    }

    /** The addresses of its processes, by their names. */
    Map<String, String> processes() throws IOException {
      Map<String, String> addresses = new HashMap<>();
      PROCESS.matcher(output()).results().forEach(m -> addresses.put(m.group(1), m.group(3)));
      return addresses;
    }

    long pid(String name) throws IOException {
      return PROCESS
          .matcher(output())
          .results()
          .filter(match -> match.group(1).equals(name))
          .mapToLong(match -> Long.parseLong(match.group(2)))
          .findFirst()
          .orElseThrow();
    }

    ProcessHandle process(String name) throws IOException {
      return ProcessHandle.of(pid(name)).orElseThrow();
    }

    List<ProcessHandle> descendants() {
      try (Stream<ProcessHandle> descendants = process.descendants()) {
        return new ArrayList<>(descendants.toList());
      }
    }

    String systemToken() throws IOException {
      return Files.readString(data.resolve(DataDirectory.SYSTEM_TOKEN)).strip();
    }

    boolean through(String gateway, Predicate<MasClient> use) throws IOException {
      URI api = URI.create(Optional.ofNullable(processes().get(gateway)).orElseThrow());
      try (MasClient client = new MasClient(api, systemToken())) {
        return use.test(client);
      }
    }
  }
}

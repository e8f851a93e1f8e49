package io.mas.standalone;

import io.mas.dev.cluster.Programs;
import io.mas.dev.server.ServerProcess;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Both services as the tests have them, with an AOT cache of the classes that they load (JEP 514),
 * as images have one: ten processes are started for each cluster, and some tests kill one every few
 * seconds; most that the machine does would be to load classes. Thread-safe.
 */
public final class TrainedPrograms {
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  /** The caches stay for a look at them; the next run makes them anew. */
  private static final Path FOLDER = Path.of("target", "programs").toAbsolutePath();

  /** Ends the path of a folder that Maven compiles to. */
  private static final String CLASSES = Path.of("target", "classes").toString();

  /**
   * Where nothing listens: what a service does before it meets its servers is most of its start.
   */
  private static final Map<String, String> ALONE =
      Map.of(
          "MAS_INTERNAL_KEYS", "%064x".formatted(new BigInteger(250, new SecureRandom())),
          "MAS_MONGODB_URI", "mongodb://127.0.0.1:1",
          "MAS_REDIS_URI", "redis://127.0.0.1:1",
          "MAS_RABBITMQ_URI", "amqp://127.0.0.1:1");

  private static @Nullable Programs programs;

  private TrainedPrograms() {}

  /**
   * The first call starts each once, alone, until it waits for its servers, which takes about half
   * a minute. Where the services are folders of classes, not jars (in an editor), they are as they
   * are: a cache is of jars only.
   */
  public static synchronized Programs services() {
    if (programs == null) {
      String classPath = classPath();
      Programs plain = Programs.on(classPath);
      programs = classPath.contains(CLASSES) ? plain : trained(plain);
    }
    return programs;
  }

  /** Without the tests and the one-process form, whose logging is another. */
  private static String classPath() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .filter(entry -> !entry.contains("mas-standalone" + File.separator + "target"))
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static Programs trained(Programs plain) {
    Scratch.delete(FOLDER); // else what an earlier run logged were taken for this one's
    return new Programs(
        trained("gateway", plain.gateway(), "waiting for MongoDB"),
        trained("node", plain.node(), "Started StorageNodeApplication"));
  }

  private static List<String> trained(String name, List<String> program, String until) {
    Path cache = FOLDER.resolve(name + ".aot");
    List<String> command =
        Programs.command(
            with("-XX:AOTCacheOutput=" + cache, program),
            "256m",
            List.of(
                "--server.port=0",
                "--management.server.port=0",
                "--mas.node.port=" + ServerProcess.freePort(),
                "--mas.node.data=" + FOLDER.resolve("train")));
    ServerProcess process = ServerProcess.start("train-" + name, FOLDER, ALONE, command);
    try {
      process.awaitReady(PATIENCE, () -> log(process).contains(until));
    } finally {
      process.stop(PATIENCE);
    }
    if (!Files.exists(cache)) {
      throw new IllegalStateException("%s left no AOT cache: %s".formatted(name, log(process)));
    }
    return with("-XX:AOTCache=" + cache, program);
  }

  private static List<String> with(String flag, List<String> program) {
    return Stream.concat(Stream.of(flag), program.stream()).toList();
  }

  private static String log(ServerProcess process) {
    try {
      return Files.readString(process.log());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

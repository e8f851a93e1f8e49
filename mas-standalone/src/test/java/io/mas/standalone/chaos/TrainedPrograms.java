package io.mas.standalone.chaos;

import io.mas.dev.cluster.Programs;
import io.mas.dev.server.ServerProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Both services with an AOT cache of the classes that they load (JEP 514), as images have one:
 * where a process is killed every few seconds, most that the machine does would be to load them.
 */
final class TrainedPrograms {
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  /**
   * Where nothing listens: what a service does before it meets its servers is most of its start.
   */
  private static final Map<String, String> ALONE =
      Map.of(
          "MAS_INTERNAL_KEYS", "%064x".formatted(new BigInteger(250, new SecureRandom())),
          "MAS_MONGODB_URI", "mongodb://127.0.0.1:1",
          "MAS_REDIS_URI", "redis://127.0.0.1:1",
          "MAS_RABBITMQ_URI", "amqp://127.0.0.1:1");

  private TrainedPrograms() {}

  /**
   * Starts each once, alone, until it waits for its servers, which takes about half a minute.
   *
   * @param classPath of jars
   * @param folder for the caches and the logs
   */
  static Programs on(String classPath, Path folder) {
    Programs plain = Programs.on(classPath);
    return new Programs(
        trained("gateway", plain.gateway(), "waiting for MongoDB", folder),
        trained("node", plain.node(), "Started StorageNodeApplication", folder));
  }

  private static List<String> trained(
      String name, List<String> program, String until, Path folder) {
    Path cache = folder.resolve(name + ".aot");
    List<String> command =
        Programs.command(
            with("-XX:AOTCacheOutput=" + cache, program),
            "256m",
            List.of(
                "--server.port=0",
                "--management.server.port=0",
                "--mas.node.port=" + ServerProcess.freePort(),
                "--mas.node.data=" + folder.resolve("train")));
    ServerProcess process = ServerProcess.start("train-" + name, folder, ALONE, command);
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

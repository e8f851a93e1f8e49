package io.mas.dev.cluster;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Which programs the processes of a cluster run, each as the arguments of {@code java}.
 *
 * @param gateway mas-api
 * @param node mas-storage-node
 */
public record Programs(List<String> gateway, List<String> node) {

  /** The executable jars of a repository that was built. */
  public static Programs in(Path repository) {
    return new Programs(jar(repository, "mas-api"), jar(repository, "mas-storage-node"));
  }

  private static List<String> jar(Path repository, String module) {
    return List.of(
        "-jar", repository.resolve(module + "/target/" + module + "-exec.jar").toString());
  }

  /** Both services on one class path. */
  public static Programs on(String classPath) {
    return new Programs(
        List.of("-cp", classPath, "io.mas.api.GatewayApplication"),
        List.of("-cp", classPath, "io.mas.node.StorageNodeApplication"));
  }

  /**
   * The command that runs a program in a JVM like this one, as the script {@code mas} would.
   *
   * @param program as {@link #gateway} and {@link #node} are; further flags of the JVM may precede
   * @param heap the most heap, such as {@code 256m}
   */
  public static List<String> command(List<String> program, String heap, List<String> arguments) {
    Stream<String> java =
        Stream.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-XX:+PerfDisableSharedMem",
            "-XX:+ExitOnOutOfMemoryError",
            "-XX:+UseSerialGC",
            "-Xmx" + heap);
    return Stream.of(java, program.stream(), arguments.stream()).flatMap(part -> part).toList();
  }
}

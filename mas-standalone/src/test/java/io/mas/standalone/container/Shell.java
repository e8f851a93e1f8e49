package io.mas.standalone.container;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * Commands of this machine, which are to succeed.
 *
 * @param directory where they run
 * @param environment what they get beside what this process has
 */
record Shell(Path directory, Map<String, String> environment) {

  /** In the root of the repository. */
  static Shell inRepository() {
    return new Shell(Path.of("..").toAbsolutePath().normalize(), Map.of());
  }

  /** The same with another variable. */
  Shell with(String variable, String value) {
    Map<String, String> more = new HashMap<>(environment);
    more.put(variable, value);
    return new Shell(directory, more);
  }

  /**
   * What a command prints, without the line feed at its end.
   *
   * @throws IllegalStateException if it fails, with all that it has printed
   */
  String run(String... command) {
    Ended ended = end(command);
    if (ended.code != 0) {
      throw new IllegalStateException(
          "%s ended with %d: %s%n%s"
              .formatted(String.join(" ", command), ended.code, ended.errors, ended.output));
    }
    return ended.output;
  }

  /** Whether a command succeeds. */
  boolean succeeds(String... command) {
    return end(command).code == 0;
  }

  private record Ended(int code, String output, String errors) {}

  private Ended end(String... command) {
    ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
    builder.environment().putAll(environment);
    try {
      // Not one with the output: Docker warns there of what is old; Java of nothing at all.
      Path errors = Files.createTempFile("shell", ".err");
      try {
        Process process = builder.redirectError(errors.toFile()).start();
        process.getOutputStream().close();
        String output =
            new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        return new Ended(process.waitFor(), output, Files.readString(errors).strip());
      } finally {
        Files.delete(errors);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted in " + String.join(" ", command), e);
    }
  }
}

package io.mas.dev.server;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** Programs of this machine. */
public final class Program {
  private Program() {}

  /**
   * Where a program is, as PATH says.
   *
   * @param action what the user may do about it when it is not there
   * @throws ServerMissingException if it is not there
   */
  static String find(String name, String action) {
    return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
        .map(folder -> Path.of(folder, name))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow(() -> new ServerMissingException(name, action))
        .toString();
  }

  /**
   * How a program has ended.
   *
   * @param code 0 if it succeeded
   * @param printed all that it has printed
   */
  public record Ended(int code, String printed) {}

  /** Runs a program that prints little, to its end; interrupting the thread ends it. */
  public static Ended run(ProcessBuilder program) throws IOException {
    Process process = program.redirectErrorStream(true).start();
    try (InputStream output = process.getInputStream()) {
      String printed = new String(output.readAllBytes(), StandardCharsets.UTF_8);
      return new Ended(process.waitFor(), printed);
    } catch (InterruptedException e) {
      process.destroy();
      Thread.currentThread().interrupt();
      throw new IllegalStateException(
          "interrupted while waiting for " + program.command().getFirst(), e);
    }
  }
}

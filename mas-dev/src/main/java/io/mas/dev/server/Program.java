package io.mas.dev.server;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** A program of this machine. */
final class Program {
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
}

package io.mas.standalone;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.springframework.util.FileSystemUtils;

/** What the shared stores of the tests have in common: they are thrown away. */
public final class Scratch {
  /** Settings with which garbage is seen going within a test. */
  public static final Map<String, String> QUICK_GARBAGE =
      Map.of(
          "mas.object.collect-every", "200ms",
          "mas.object.delete-grace", "1s",
          "mas.object.orphan-grace", "1s",
          "mas.object.prepared-grace", "1s",
          "mas.upload.keep-after", "1s");

  /** Settings with which a node is lost within a test: a minute is a second. */
  static final Map<String, String> QUICK_VERDICTS =
      Map.of(
          "mas.nodes.verdict.after", "15s",
          "mas.nodes.verdict.after-one-left", "5s",
          "mas.nodes.verdict.after-none-left", "2s",
          "mas.nodes.verdict.leaving", "10s",
          "mas.nodes.verdict.steady", "2s",
          "mas.nodes.verdict.window", "15s",
          "mas.nodes.verdict.settle", "2s",
          "mas.nodes.verdict.observer-timeout", "2s",
          "mas.nodes.verdict.repeat", "500ms",
          "mas.nodes.verdict.every", "200ms");

  private Scratch() {}

  /** A new directory among the temporary ones. */
  public static Path directory(String prefix) {
    try {
      return Files.createTempDirectory(prefix);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** With all that is in it. */
  public static void delete(Path directory) {
    try {
      FileSystemUtils.deleteRecursively(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** As {@link #takenAway}, and deletes it. */
  static void empty(Path folder, String... but) {
    delete(takenAway(folder, but));
  }

  /**
   * Takes everything out of the folder of a node that runs, and leaves the folder: at once, as the
   * node may write into it meanwhile, and begins anew when nothing is left.
   *
   * @param but the names of what stays
   * @return where it is now
   */
  static Path takenAway(Path folder, String... but) {
    Path taken = directory("mas-emptied-");
    try (Stream<Path> all = Files.list(folder)) {
      for (Path one : all.toList()) {
        if (!List.of(but).contains(one.getFileName().toString())) {
          Files.move(one, taken.resolve(one.getFileName()));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return taken;
  }
}

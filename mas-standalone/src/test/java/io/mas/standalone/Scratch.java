package io.mas.standalone;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.springframework.util.FileSystemUtils;

/** What the shared stores of the tests have in common: they are thrown away. */
public final class Scratch {
  /** Settings with which garbage is seen going within a test. */
  public static final Map<String, String> QUICK_GARBAGE =
      Map.of(
          "mas.object.collect-every", "200ms",
          "mas.object.delete-grace", "1s",
          "mas.object.orphan-grace", "1s",
          "mas.upload.keep-after", "1s");

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
}

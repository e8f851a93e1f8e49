package io.mas.api.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import io.mas.common.object.ObjectHash;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A process that is killed loses nothing that it acknowledged. */
class RocksCrashTest {
  private static final int ROUNDS = 2;
  private static final int WRITES_BEFORE_THE_KILL = 500;
  private static final long SEED = 42;

  @TempDir private Path directory;

  @Test
  @Timeout(value = 60, unit = TimeUnit.SECONDS)
  void everyAcknowledgedVersionSurvivesAKill() throws IOException, InterruptedException {
    Map<ObjectHash, Long> acknowledged = new HashMap<>();
    for (int round = 0; round < ROUNDS; round++) {
      writeUntilKilled(acknowledged);
      assertThat(acknowledged).hasSize(AcknowledgingWriter.FILES);
      try (MetadataStore store = RocksMetadataStore.open(directory)) {
        acknowledged.forEach((hash, version) -> assertHas(store, hash, version));
        assertThat(store.files("", "", 100).files()).hasSize(AcknowledgingWriter.FILES);
      }
    }
  }

  /** At most one write of each file was under way when the process died. */
  private static void assertHas(MetadataStore store, ObjectHash hash, long version) {
    FileDocument file = store.file(hash, Concern.LINEARIZABLE).orElseThrow();
    assertThat(file.version()).isBetween(version, version + 1);
  }

  private void writeUntilKilled(Map<ObjectHash, Long> acknowledged)
      throws IOException, InterruptedException {
    Process writer =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Xmx64m",
                "-cp",
                System.getProperty("java.class.path"),
                AcknowledgingWriter.class.getName(),
                directory.toString(),
                Long.toString(SEED))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader lines = writer.inputReader(StandardCharsets.UTF_8)) {
      int seen = 0;
      String line;
      while ((line = lines.readLine()) != null) {
        String[] words = line.split(" ", 3);
        if (words.length == 3 && words[0].equals("version")) {
          acknowledged.merge(new ObjectHash(words[1]), Long.parseLong(words[2]), Math::max);
        }
        if (++seen == WRITES_BEFORE_THE_KILL) {
          writer.toHandle().destroyForcibly();
        }
      }
    }
    writer.waitFor();
  }
}

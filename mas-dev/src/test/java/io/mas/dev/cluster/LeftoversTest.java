package io.mas.dev.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.mas.dev.server.ServerProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeftoversTest {
  @TempDir Path data;

  private ServerProcess sleeper() {
    return ServerProcess.start("sleeper", data, Map.of(), List.of("sleep", "600"));
  }

  @Test
  void whatAKilledClusterHasLeftIsEnded() {
    ServerProcess process = sleeper();
    new Leftovers(data).add(process);
    List<String> said = new ArrayList<>();
    new Leftovers(data).end(said::add);
    assertThat(process.ended(Duration.ofSeconds(5))).isTrue();
    assertThat(said)
        .containsExactly(
            "Ending sleeper (pid %d), which a killed ./mas dev has left.".formatted(process.pid()));
    assertThat(data.resolve("processes")).doesNotExist();
  }

  /** Negative control: a pid is not enough, since it is given again. */
  @Test
  void aProcessThatWasStartedAtAnotherTimeIsLeftAlone() throws Exception {
    ServerProcess stranger = sleeper();
    try {
      Files.writeString(
          data.resolve("processes"), "%d 2001-01-01T00:00:00Z sleeper\n".formatted(stranger.pid()));
      new Leftovers(data).end(line -> {});
      assertThat(stranger.alive()).isTrue();
    } finally {
      stranger.kill();
    }
  }

  @Test
  void aClusterThatWasStoppedLeavesNothing() {
    Leftovers leftovers = new Leftovers(data);
    ServerProcess process = sleeper();
    leftovers.add(process);
    process.kill();
    leftovers.clear();
    new Leftovers(data).end(line -> assertThat(line).isEmpty());
  }
}

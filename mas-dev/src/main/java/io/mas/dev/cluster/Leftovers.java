package io.mas.dev.cluster;

import io.mas.dev.options.StartProblem;
import io.mas.dev.server.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Which processes a cluster has started, in a file of its data directory: when {@code ./mas dev} is
 * killed they go on, with the ports and volumes that its successor needs. A process is known by its
 * pid and the time of its start, since a pid is given again.
 */
final class Leftovers {
  private static final String NAME = "processes";

  private final Path file;

  Leftovers(Path data) {
    this.file = data.resolve(NAME);
  }

  /** A line of the file. */
  private record Entry(long pid, Instant start, String name) {
    static Entry of(ServerProcess process) {
      return new Entry(process.pid(), start(process.pid()).orElse(Instant.EPOCH), process.name());
    }

    static Entry parse(String line) {
      String[] words = line.split(" ", 3);
      return new Entry(Long.parseLong(words[0]), Instant.parse(words[1]), words[2]);
    }

    String line() {
      return "%d %s %s\n".formatted(pid, start, name);
    }

    private static Optional<Instant> start(long pid) {
      return ProcessHandle.of(pid).flatMap(process -> process.info().startInstant());
    }

    /** The process itself, not one that was given its pid later. */
    Optional<ProcessHandle> alive() {
      return start(pid).filter(start::equals).flatMap(same -> ProcessHandle.of(pid));
    }
  }

  /** Adds a process that was just started. */
  synchronized void add(ServerProcess process) {
    try {
      Files.writeString(
          file, Entry.of(process).line(), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw problem(e);
    }
  }

  /** Ends what a killed cluster has left, and says so. */
  void end(Consumer<String> console) {
    try {
      if (Files.exists(file)) {
        Files.readAllLines(file).stream().map(Entry::parse).forEach(entry -> end(entry, console));
        Files.delete(file);
      }
    } catch (IOException e) {
      throw problem(e);
    }
  }

  private static void end(Entry entry, Consumer<String> console) {
    entry
        .alive()
        .ifPresent(
            process -> {
              console.accept(
                  "Ending %s (pid %d), which a killed ./mas dev has left."
                      .formatted(entry.name(), entry.pid()));
              process.destroyForcibly();
              process.onExit().join();
            });
  }

  /** Forgets all, which have ended. */
  void clear() {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw problem(e);
    }
  }

  private StartProblem problem(IOException e) {
    return new StartProblem(
        "The file %s cannot be read or written: %s.".formatted(file, e),
        "Make it readable and writable for the user that starts MAS.",
        e);
  }
}

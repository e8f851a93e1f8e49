package io.mas.api.metadata;

import io.mas.common.object.ObjectHash;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * What was told of every attempt to write a version of a file, and whether that can be true. No two
 * attempts want the same document. Thread-safe while it is recorded.
 */
final class OutcomeHistory {
  private final Queue<Attempt> attempts = new ConcurrentLinkedQueue<>();

  private record Attempt(FileDocument wanted, WriteOutcome outcome) {}

  void told(FileDocument wanted, WriteOutcome outcome) {
    attempts.add(new Attempt(wanted, outcome));
  }

  long count(WriteOutcome outcome) {
    return attempts.stream().filter(attempt -> attempt.outcome == outcome).count();
  }

  /** What of it contradicts what is stored now; nothing if it is true. */
  List<String> contradictions(Function<ObjectHash, Optional<FileDocument>> stored) {
    Map<ObjectHash, List<Attempt>> byFile =
        attempts.stream().collect(Collectors.groupingBy(attempt -> attempt.wanted.hash()));
    List<String> found = new ArrayList<>();
    byFile.forEach((hash, all) -> check(hash, all, stored.apply(hash), found));
    return found;
  }

  private static void check(
      ObjectHash hash, List<Attempt> all, Optional<FileDocument> stored, List<String> found) {
    long last = stored.map(FileDocument::version).orElse(0L);
    long highest = all.stream().mapToLong(attempt -> attempt.wanted.version()).max().orElse(0);
    for (long version : LongStream.rangeClosed(1, Math.max(last, highest)).toArray()) {
      long applied = count(all, version, WriteOutcome.APPLIED);
      long unknown = count(all, version, WriteOutcome.UNKNOWN);
      String name = "version " + version + " of " + hash;
      if (applied > 1) {
        found.add(name + " was applied " + applied + " times");
      }
      if (applied > 0 && version > last) {
        found.add(name + " was applied and is lost: there is version " + last);
      }
      if (applied + unknown == 0 && version <= last) {
        found.add(name + " was there, and refused to all");
      }
    }
    all.stream()
        .filter(attempt -> attempt.outcome == WriteOutcome.REFUSED)
        .filter(attempt -> stored.filter(attempt.wanted::equals).isPresent())
        .forEach(attempt -> found.add("version " + last + " of " + hash + " is in force, refused"));
    all.stream()
        .filter(attempt -> attempt.outcome == WriteOutcome.APPLIED)
        .filter(attempt -> attempt.wanted.version() == last)
        .filter(attempt -> stored.filter(attempt.wanted::equals).isEmpty())
        .forEach(attempt -> found.add("version " + last + " of " + hash + " is another's"));
  }

  private static long count(List<Attempt> all, long version, WriteOutcome outcome) {
    return all.stream()
        .filter(attempt -> attempt.wanted.version() == version && attempt.outcome == outcome)
        .count();
  }
}

package io.mas.api.status;

import io.mas.api.metadata.ExtentDocument;
import io.mas.api.metadata.ProcessDocument;
import io.mas.common.object.ObjectHash;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.BinaryOperator;
import java.util.stream.Collectors;

/**
 * What the repair has before it, and how fast it goes. Known from evidence: a shard that nobody has
 * missed yet is not in it.
 *
 * @param files files of which a shard is known to be missing or damaged
 * @param unreadable those of them that cannot be read now
 * @param extents extents of those files that lack a shard; at most {@value #MOST_COUNTED}
 * @param stuck those of them whose repair has failed again and again
 * @param bytes what must be written to nodes to make those whole of which k shards are left; of
 *     more than {@value #MOST} extents, what it is if the others lack as much as these
 * @param unspread extents that have all shards, but several on a node, for want of nodes
 * @param worst the files that may lose the fewest shards more, the worst first, at most {@value
 *     #WORST}
 * @param workers processes with the repair role that were there lately
 * @param bytesPerSecond what these have written for repairs lately; 0 if that is not known
 * @param held why no verdicts on nodes are given now, such as safe mode; empty if they are
 */
public record RepairBacklog(
    Count files,
    Count unreadable,
    Count extents,
    Count stuck,
    Count bytes,
    Count unspread,
    List<LackingFile> worst,
    int workers,
    long bytesPerSecond,
    String held) {
  /** The most extents looked at: some 4 MB of documents, read in well under a second. */
  static final int MOST = 1000;

  /** The most extents counted: a walk along an index. */
  static final int MOST_COUNTED = 100_000;

  /** The most files that are named. */
  static final int WORST = 10;

  /** A process says every few seconds that it is there; one that did not for so long is not. */
  static final long PRESENT_MILLIS = 60_000;

  /** Tries in a row after which a repair is stuck: the next ones come at the longest backoff. */
  static final int STUCK_TRIES = 5;

  private static final double MILLIS_PER_SECOND = 1000;

  /**
   * A file of which a shard is missing.
   *
   * @param redundancy how many more shards of a block it may lose; negative if it cannot be read
   * @param since when it was first seen to lack something, Unix milliseconds; 0 if that is not
   *     known
   * @param tries of its repair, in a row, that did not complete it
   */
  public record LackingFile(ObjectHash hash, int redundancy, long since, int tries) {
    static LackingFile of(ExtentDocument extent) {
      return new LackingFile(
          extent.hash(), extent.redundancy(), extent.turn().since(), extent.turn().tries());
    }

    /** What is told of a file with two such extents: the worse of each. */
    LackingFile and(LackingFile other) {
      long known =
          since == 0 || other.since == 0
              ? Math.max(since, other.since)
              : Math.min(since, other.since);
      return new LackingFile(
          hash, Math.min(redundancy, other.redundancy), known, Math.max(tries, other.tries));
    }
  }

  public RepairBacklog {
    worst = List.copyOf(worst);
  }

  /**
   * The backlog.
   *
   * @param parity of new files
   */
  static RepairBacklog of(
      WorkList work, int parity, Collection<ProcessDocument> processes, long now) {
    List<ExtentDocument> seen = work.extents();
    int last = seen.isEmpty() ? Integer.MIN_VALUE : seen.getLast().redundancy();
    List<ExtentDocument> lacking = seen.stream().filter(RepairBacklog::lacksShards).toList();
    // Behind the bound all have at least the redundancy of the last one seen.
    boolean moreLack = work.cut() && last < mostParity(seen, parity);
    Map<ObjectHash, LackingFile> files = files(lacking);
    Count extents =
        moreLack
            ? new Count(Math.max(lacking.size(), work.counted()), work.counted() >= MOST_COUNTED)
            : new Count(lacking.size(), false);
    long stuck = lacking.stream().filter(one -> one.turn().tries() >= STUCK_TRIES).count();
    long unreadable = files.values().stream().filter(file -> file.redundancy < 0).count();
    List<ProcessDocument> present =
        processes.stream().filter(process -> now - process.seen() < PRESENT_MILLIS).toList();
    List<ProcessDocument> workers = present.stream().filter(ProcessDocument::repairs).toList();
    return new RepairBacklog(
        new Count(files.size(), moreLack),
        new Count(unreadable, work.cut() && last < 0),
        extents,
        new Count(stuck, moreLack),
        new Count(writable(lacking, extents.number()), extents.more()),
        new Count(seen.size() - lacking.size(), work.cut()),
        files.values().stream().limit(WORST).toList(),
        workers.size(),
        rate(workers),
        held(present));
  }

  private static String held(List<ProcessDocument> present) {
    return present.stream()
        .map(ProcessDocument::held)
        .filter(reason -> !reason.isEmpty())
        .distinct()
        .sorted()
        .collect(Collectors.joining("; "));
  }

  /** Whether a shard is missing: those that are only on too few nodes are in the work list too. */
  private static boolean lacksShards(ExtentDocument extent) {
    return !extent.missing().isEmpty();
  }

  /**
   * What the repair can write: nothing can be coded from fewer than k shards.
   *
   * @param all how many such extents there are
   */
  private static long writable(List<ExtentDocument> lacking, long all) {
    double bytes =
        lacking.stream()
            .filter(extent -> extent.redundancy() >= 0)
            .mapToLong(ExtentDocument::missingLength)
            .sum();
    return lacking.isEmpty() ? 0 : Math.round(bytes * all / lacking.size());
  }

  private static int mostParity(List<ExtentDocument> seen, int parity) {
    return seen.stream().mapToInt(extent -> extent.layout().m()).reduce(parity, Math::max);
  }

  /** The worst first, as the extents are. */
  private static Map<ObjectHash, LackingFile> files(List<ExtentDocument> lacking) {
    BinaryOperator<LackingFile> both = LackingFile::and;
    Map<ObjectHash, LackingFile> files = new LinkedHashMap<>();
    lacking.forEach(extent -> files.merge(extent.hash(), LackingFile.of(extent), both));
    return files;
  }

  private static long rate(List<ProcessDocument> workers) {
    return Math.round(
        workers.stream()
            .filter(worker -> worker.lately() > 0)
            .mapToDouble(worker -> worker.repairedBytes() * MILLIS_PER_SECOND / worker.lately())
            .sum());
  }

  /**
   * How long the repair takes at its rate, at least if {@link #bytes} is only a lower bound; empty
   * if the rate is not known.
   */
  public OptionalLong seconds() {
    return bytesPerSecond == 0
        ? OptionalLong.empty()
        : OptionalLong.of(Math.ceilDiv(bytes.number(), bytesPerSecond));
  }
}

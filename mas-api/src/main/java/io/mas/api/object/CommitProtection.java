package io.mas.api.object;

import io.mas.api.metadata.Concern;
import io.mas.api.metadata.FileDocument;
import io.mas.api.metadata.MetadataStore;
import io.mas.api.nodes.Fanout;
import io.mas.api.nodes.Member;
import io.mas.api.nodes.NodeException;
import io.mas.api.nodes.NodeView;
import io.mas.api.nodes.Nodes;
import io.mas.common.object.ObjectHash;
import io.mas.common.protocol.CommitRecord;
import io.mas.common.protocol.CommitSummary;
import io.mas.common.protocol.Page;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which files the commit records of the nodes protect (design.md, section 5): those of which a
 * record knows more than the metadata do. Then the metadata are old, and the shards are what the
 * file is rebuilt from. Each file is asked for by itself; a node answers from the names of its
 * records and its list of deleted files, and reads no record in ordinary operation, where the
 * metadata are ahead of all. Thread-safe.
 */
public final class CommitProtection {
  private static final Logger LOG = LoggerFactory.getLogger(CommitProtection.class);

  private final MetadataStore metadata;
  private final Nodes nodes;
  private final InstantSource clock;
  private final Duration preparedGrace;
  private final Set<ProtocolRule> rules;

  CommitProtection(
      MetadataStore metadata,
      Nodes nodes,
      InstantSource clock,
      Duration preparedGrace,
      Set<ProtocolRule> rules) {
    this.metadata = metadata;
    this.nodes = nodes;
    this.clock = clock;
    this.preparedGrace = preparedGrace;
    this.rules = rules;
  }

  /**
   * Those of the files that no record protects.
   *
   * @param before called before each is asked for
   */
  public Set<ObjectHash> unprotected(Set<ObjectHash> files, Runnable before) {
    Set<ObjectHash> free = new HashSet<>();
    for (ObjectHash file : files) {
      before.run();
      if (releases(file, metadata.file(file, Concern.LINEARIZABLE))) {
        free.add(file);
      }
    }
    return free;
  }

  /**
   * Whether the parts of a file may be deleted, as far as records go; false too if too few nodes
   * have answered to know.
   *
   * @param known the file's document, read before this is asked
   */
  boolean releases(ObjectHash file, Optional<FileDocument> known) {
    if (!rules.contains(ProtocolRule.RECORDS)) {
      return true;
    }
    List<NodeView.Standing> all = nodes.view().waitedFor();
    List<Member> asked =
        all.stream().filter(NodeView.Standing::serves).map(NodeView.Standing::member).toList();
    if (tooMany(all.size() - asked.size(), all.size())) {
      return false;
    }
    long version = known.map(FileDocument::version).orElse(0L);
    Queue<CommitSummary> newer = new ConcurrentLinkedQueue<>();
    long answered =
        Fanout.each(asked, node -> ask(node, file, version, newer)).stream()
            .filter(Optional::isEmpty) // one of an older build does not know the question
            .count();
    return !tooMany(all.size() - answered, all.size()) && !protect(file, version, newer);
  }

  /** A record is on two nodes or more wherever there are two, so that one may be away. */
  private static boolean tooMany(long away, int all) {
    return away > Math.min(1, all - 1);
  }

  private void ask(Member node, ObjectHash file, long version, Queue<CommitSummary> newer)
      throws NodeException {
    Page<CommitSummary> page = nodes.client().commits(node, file, version);
    newer.addAll(page.rows());
    if (page.next() != null) {
      newer.add(CommitSummary.damaged(Long.MAX_VALUE)); // there are more than it has told
    }
  }

  private boolean protect(ObjectHash file, long version, Collection<CommitSummary> newer) {
    List<CommitSummary> deletions =
        newer.stream().filter(row -> row.state() == CommitRecord.State.DELETED).toList();
    Optional<CommitSummary> one =
        newer.stream()
            .filter(row -> protects(row) && deletions.stream().noneMatch(it -> covers(it, row)))
            .findFirst();
    one.filter(row -> row.state() != CommitRecord.State.PREPARED)
        .ifPresent(
            row ->
                LOG.warn(
                    "nothing of {} is collected: the metadata know version {}, a commit record on "
                        + "a node is of version {}. Were they restored from an old backup?",
                    file,
                    version,
                    row.version()));
    return one.isPresent();
  }

  /**
   * Whether the file that a record is of was deleted then. Its version alone does not tell: after a
   * restore versions begin again below that of an earlier deletion. Times of files do not, and a
   * deletion has that of the file that it deleted. A damaged record has none.
   */
  private static boolean covers(CommitSummary deletion, CommitSummary row) {
    return deletion.version() >= row.version() && deletion.time() >= row.time();
  }

  /** A damaged record may have been any. */
  private boolean protects(CommitSummary row) {
    CommitRecord.State state = row.state();
    return state == null
        || switch (state) {
          case PREPARED ->
              Duration.ofMillis(clock.millis()).minusSeconds(row.time()).compareTo(preparedGrace)
                  < 0;
          case COMMITTED -> true;
          case DELETED -> false;
        };
  }
}

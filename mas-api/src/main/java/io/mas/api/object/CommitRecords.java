package io.mas.api.object;

import io.mas.api.metadata.Concern;
import io.mas.api.metadata.FileDocument;
import io.mas.api.metadata.MetadataStore;
import io.mas.api.nodes.Fanout;
import io.mas.api.nodes.Member;
import io.mas.api.nodes.NodeException;
import io.mas.api.nodes.NodeView;
import io.mas.api.nodes.Nodes;
import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import io.mas.common.object.ObjectHash;
import io.mas.common.protocol.CommitRecord;
import io.mas.common.protocol.CommitSummary;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps what a lost database would be rebuilt from on the nodes (design.md, section 5): PREPARED
 * before the commit, on as many nodes as a file survives the loss of and one more; the others
 * lazily. Thread-safe.
 */
final class CommitRecords {
  private static final Logger LOG = LoggerFactory.getLogger(CommitRecords.class);

  private final MetadataStore metadata;
  private final Nodes nodes;
  private final int copies;

  /**
   * @param copies on how many nodes a record is written: m + 1
   */
  CommitRecords(MetadataStore metadata, Nodes nodes, int copies) {
    this.metadata = metadata;
    this.nodes = nodes;
    this.copies = copies;
  }

  /**
   * Writes the PREPARED record, preferably on nodes that hold the file.
   *
   * @return the nodes that have it
   * @throws MasException STORING_FAILED if too few nodes took it
   */
  List<Member> prepare(FileDocument file, Set<String> holders) {
    List<Member> candidates = new ArrayList<>(candidates(holders).toList());
    int wanted = Math.clamp(candidates.size(), least(), copies);
    List<Member> done = new ArrayList<>();
    while (done.size() < wanted && candidates.size() >= wanted - done.size()) {
      List<Member> next = candidates.subList(0, wanted - done.size());
      done.addAll(write(next, file, CommitRecord.State.PREPARED));
      next.clear();
    }
    if (done.size() < wanted) {
      throw new MasException(
          ErrorCode.STORING_FAILED,
          "%d nodes took the commit record, %d are needed".formatted(done.size(), wanted));
    }
    return done;
  }

  /** So many nodes that the failures to be survived leave one, or all there are. */
  private int least() {
    long known = nodes.view().standings().stream().filter(node -> !node.restored()).count();
    int most = Math.clamp(known, 1, copies);
    return Math.clamp(nodes.placement().minNodeFailures() + 1L, 1, most);
  }

  /**
   * Writes COMMITTED records until there are enough; as many as nodes take it.
   *
   * @param have ids of nodes that have one
   * @param holders of the file, which are preferred
   */
  void complete(FileDocument file, Set<String> have, Set<String> holders) {
    List<Member> candidates =
        candidates(holders).filter(node -> !have.contains(node.id())).toList();
    int missing = Math.min(copies - have.size(), candidates.size());
    if (missing > 0) {
      List<Member> done = write(candidates.subList(0, missing), file, CommitRecord.State.COMMITTED);
      LOG.info("{} commit records of {} written anew", done.size(), file.hash());
    }
  }

  /** Nodes that take records, those that hold the file first. */
  private Stream<Member> candidates(Set<String> holders) {
    return nodes.view().standings().stream()
        .filter(NodeView.Standing::writable)
        .map(NodeView.Standing::member)
        .sorted(Comparator.comparing(node -> !holders.contains(node.id())));
  }

  /** Raises the records to COMMITTED, in the background. */
  void committed(FileDocument file, List<Member> members) {
    later(members, file, CommitRecord.State.COMMITTED);
  }

  /** Tells all nodes that answer that the file is deleted, in the background. */
  void deleted(FileDocument file) {
    later(nodes.view().serving(), file, CommitRecord.State.DELETED);
  }

  /**
   * Tells those nodes again whose last word of a deleted file is another: nobody has waited for
   * their answers, and they may have been away. Else a rebuild would bring the file back.
   */
  void deletedAgain(ObjectHash hash) {
    Optional<FileDocument> file =
        metadata
            .file(hash, Concern.LINEARIZABLE)
            .filter(known -> !known.live() && known.everLive());
    if (file.isPresent()) {
      Queue<Member> behind = new ConcurrentLinkedQueue<>();
      List<Optional<NodeException>> ignored =
          Fanout.each(nodes.view().serving(), node -> ask(node, file.get(), behind));
      write(List.copyOf(behind), file.get(), CommitRecord.State.DELETED);
    }
  }

  private void ask(Member node, FileDocument deleted, Queue<Member> behind) throws NodeException {
    nodes.client().commits(node, deleted.hash(), 0).rows().stream()
        .max(Comparator.comparingLong(CommitSummary::version))
        .filter(last -> last.state() != CommitRecord.State.DELETED)
        .filter(last -> last.version() <= deleted.version())
        .ifPresent(_ -> behind.add(node));
  }

  private void later(List<Member> members, FileDocument file, CommitRecord.State state) {
    Thread.ofVirtual().name("mas-commit-record").start(() -> write(members, file, state));
  }

  private List<Member> write(List<Member> members, FileDocument file, CommitRecord.State state) {
    CommitRecord record = record(file, state);
    List<Member> to = List.copyOf(members);
    List<Optional<NodeException>> failures =
        Fanout.each(to, node -> nodes.client().putCommitRecord(node, record));
    List<Member> done = new ArrayList<>();
    for (int i = 0; i < to.size(); i++) {
      Member node = to.get(i);
      failures
          .get(i)
          .ifPresentOrElse(
              failure -> {
                nodes.view().failed(node, failure);
                LOG.warn("commit record {} not on {}: {}", state, node.id(), failure.getMessage());
              },
              () -> done.add(node));
    }
    return done;
  }

  private static CommitRecord record(FileDocument file, CommitRecord.State state) {
    return new CommitRecord(
        CommitRecord.FORMAT,
        file.hash(),
        file.version(),
        state,
        file.size(),
        file.name(),
        Math.floorDiv(file.time(), 1000L),
        file.parts().stream()
            .map(part -> new CommitRecord.Part(part.length(), part.id().toString()))
            .toList());
  }
}

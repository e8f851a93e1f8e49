package io.mas.api.garbage;

import io.mas.api.metadata.Concern;
import io.mas.api.metadata.FileDocument;
import io.mas.api.metadata.MetadataStore;
import io.mas.api.nodes.Member;
import io.mas.api.nodes.NodeException;
import io.mas.api.nodes.NodeView;
import io.mas.api.nodes.Nodes;
import io.mas.common.object.ObjectHash;
import io.mas.common.protocol.CommitRecord;
import io.mas.common.protocol.Page;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which files the commit records of the nodes protect (design.md, section 5): those of which a
 * record knows more than the metadata do. Then the metadata are old, and the shards are what the
 * file is rebuilt from. Thread-safe.
 */
final class CommitProtection {
  private static final Logger LOG = LoggerFactory.getLogger(CommitProtection.class);
  private static final int PAGE = 10;

  private final MetadataStore metadata;
  private final Nodes nodes;
  private final InstantSource clock;
  private final Duration preparedGrace;
  private final Pace pace;

  CommitProtection(
      MetadataStore metadata, Nodes nodes, InstantSource clock, Duration preparedGrace, Pace pace) {
    this.metadata = metadata;
    this.nodes = nodes;
    this.clock = clock;
    this.preparedGrace = preparedGrace;
    this.pace = pace;
  }

  /**
   * Those of the files that no record protects; none if too few nodes have answered to know. A
   * record is on two nodes or more wherever there are two, so that one may be away.
   */
  Set<ObjectHash> unprotected(Set<ObjectHash> files) {
    Set<ObjectHash> left = new HashSet<>(files);
    List<Member> all = nodes.view().standings().stream().map(NodeView.Standing::member).toList();
    long away = left.isEmpty() ? 0 : all.stream().filter(node -> !read(node, left)).count();
    if (away > Math.min(1, all.size() - 1)) {
      LOG.warn("commit records of {} nodes cannot be read: unknown shards wait for them", away);
      return Set.of();
    }
    return left;
  }

  /** Removes what a node's records protect; false if it does not give all of them. */
  private boolean read(Member node, Set<ObjectHash> left) {
    try {
      each(
          node,
          record -> {
            if (left.contains(record.hash()) && protects(record)) {
              left.remove(record.hash());
            }
          });
      return true;
    } catch (NodeException e) {
      nodes.view().failed(node, e);
      return false;
    }
  }

  private void each(Member node, Consumer<CommitRecord> reader) throws NodeException {
    @Nullable String cursor = "";
    while (cursor != null) {
      Page<CommitRecord> page = nodes.client().commits(node, cursor, PAGE);
      page.rows().forEach(reader);
      cursor = page.next();
      pace.next();
    }
  }

  private boolean protects(CommitRecord record) {
    boolean says =
        switch (record.state()) {
          case PREPARED ->
              Duration.ofMillis(clock.millis()).minusSeconds(record.time()).compareTo(preparedGrace)
                  < 0;
          case COMMITTED -> true;
          case DELETED -> false;
        };
    return says
        && record.version()
            > metadata
                .file(record.hash(), Concern.LINEARIZABLE)
                .map(FileDocument::version)
                .orElse(0L);
  }
}

package io.mas.api.nodes;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.mas.api.metadata.MetadataStore;
import io.mas.api.metadata.NodeDocument;
import io.mas.api.metadata.WriteOutcome;
import io.mas.common.cluster.NodeAnnouncement;
import io.mas.common.cluster.NodeIdentity;
import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which life of each node is the accepted one (design.md, section 5, Identity): the highest that
 * any gateway has saved in {@code nodes}. All that is not that life, or a later one with a log that
 * goes on from it, is a copy or an old backup. Thread-safe; blocks.
 */
final class NodeLives {
  private static final Logger LOG = LoggerFactory.getLogger(NodeLives.class);

  /** Rounds against other gateways that save the same node. */
  private static final int MAX_ROUNDS = 20;

  /** A life that is refused announces itself every two seconds; the log says so less often. */
  private static final Duration REPEAT = Duration.ofMinutes(10);

  private final MetadataStore metadata;
  private final String clusterId;
  private final Cache<NodeIdentity, Boolean> refused =
      Caffeine.newBuilder().maximumSize(1000).expireAfterWrite(REPEAT).build();

  NodeLives(MetadataStore metadata) {
    this.metadata = metadata;
    this.clusterId = metadata.clusterId();
  }

  /** Whether the node belongs to this cluster. */
  boolean ours(NodeIdentity identity) {
    boolean ours = identity.clusterId().equals(clusterId);
    if (!ours && firstRefusal(identity)) {
      LOG.warn("node {} of foreign cluster {} refused", identity.nodeId(), identity.clusterId());
    }
    return ours;
  }

  /** The accepted lives of all nodes, as they were last saved. */
  List<NodeAnnouncement> all() {
    return metadata.nodes().stream().map(NodeDocument::announcement).toList();
  }

  /**
   * Raises the node's document to this life.
   *
   * @return the announcement that is saved now: {@code news}, or that of a life that it does not
   *     follow
   * @throws MasException if the metadata do not answer
   */
  NodeAnnouncement raise(NodeAnnouncement news) {
    for (int round = 0; round < MAX_ROUNDS; round++) {
      Optional<NodeDocument> saved = metadata.node(news.identity().nodeId());
      if (saved.isPresent() && !follows(news, saved.get().announcement())) {
        return saved.get().announcement();
      }
      long version = saved.map(NodeDocument::version).orElse(0L) + 1;
      if (metadata.compareAndSetNode(new NodeDocument(version, news)) == WriteOutcome.APPLIED) {
        return news;
      }
    }
    throw new MasException(
        ErrorCode.METADATA_NOT_SAVED,
        "others save node %s all the time".formatted(news.identity()));
  }

  /** Whether {@code news} is a later word of the saved life, or of one that follows it. */
  boolean follows(NodeAnnouncement news, NodeAnnouncement saved) {
    NodeIdentity after = news.identity();
    NodeIdentity before = saved.identity();
    if (after.counter() == before.counter() && after.bootId().equals(before.bootId())) {
      return news.sequence() >= saved.sequence();
    }
    boolean later = after.counter() > before.counter() && news.logSequence() >= saved.logSequence();
    if (!later && firstRefusal(after)) {
      LOG.error(
          "node {} (counter {}, log sequence {}) is a copy or an old backup of the life with counter"
              + " {}, log sequence {}; it is not used",
          after.nodeId(),
          after.counter(),
          news.logSequence(),
          before.counter(),
          saved.logSequence());
    }
    return later;
  }

  private boolean firstRefusal(NodeIdentity identity) {
    return refused.asMap().putIfAbsent(identity, true) == null;
  }
}

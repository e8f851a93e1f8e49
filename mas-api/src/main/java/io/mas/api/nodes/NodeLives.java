package io.mas.api.nodes;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.mas.api.metadata.MetadataStore;
import io.mas.api.metadata.NodeDocument;
import io.mas.common.cluster.NodeAnnouncement;
import io.mas.common.cluster.NodeIdentity;
import io.mas.common.error.MasException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which life of each node is the accepted one (design.md, section 5, Identity): the highest that
 * any gateway has saved in {@code nodes}. All that is not that life, or a later one with a log that
 * goes on from it, is a copy or an old backup. Thread-safe; blocks.
 */
final class NodeLives {
  private static final Logger LOG = LoggerFactory.getLogger(NodeLives.class);

  /** A life that is refused announces itself every two seconds; the log says so less often. */
  private static final Duration REPEAT = Duration.ofMinutes(10);

  private final MetadataStore metadata;
  private final NodeDocuments documents;
  private final String clusterId;
  private final Set<IdentityRule> rules;
  private final Cache<NodeIdentity, Boolean> refused =
      Caffeine.newBuilder().maximumSize(1000).expireAfterWrite(REPEAT).build();

  /**
   * @param rules {@link IdentityRule#ALL}
   */
  NodeLives(MetadataStore metadata, Set<IdentityRule> rules) {
    this.metadata = metadata;
    this.rules = rules;
    this.documents = new NodeDocuments(metadata);
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
  List<NodeDocument> all() {
    return metadata.nodes();
  }

  /**
   * Raises the node's document to this life.
   *
   * @return what is saved now: {@code news}, or a life that it does not follow
   * @throws MasException if the metadata do not answer
   */
  NodeDocument raise(NodeAnnouncement news) {
    String id = news.identity().nodeId();
    return documents
        .change(id, saved -> follows(news, saved.announcement()) ? saved.raised(news) : saved)
        .orElseGet(() -> insert(news));
  }

  private NodeDocument insert(NodeAnnouncement news) {
    NodeDocument first = new NodeDocument(1, news, namesakes(news), List.of(), null);
    return documents.applied(first) ? first : raise(news);
  }

  /** Nodes that were last known under the name of the newcomer's process. */
  private List<String> namesakes(NodeAnnouncement news) {
    return metadata.nodes().stream()
        .filter(node -> node.announcement().process().equals(news.process()))
        .map(NodeDocument::nodeId)
        .filter(id -> !id.equals(news.identity().nodeId()))
        .toList();
  }

  /** Whether {@code news} is a later word of the saved life, or of one that follows it. */
  boolean follows(NodeAnnouncement news, NodeAnnouncement saved) {
    NodeIdentity after = news.identity();
    NodeIdentity before = saved.identity();
    if (after.counter() == before.counter() && after.bootId().equals(before.bootId())) {
      return news.sequence() >= saved.sequence();
    }
    boolean risen =
        after.counter() > before.counter() || !rules.contains(IdentityRule.COUNTER_RISES);
    boolean goesOn =
        news.logSequence() >= saved.logSequence() || !rules.contains(IdentityRule.LOG_GOES_ON);
    boolean later = risen && goesOn;
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

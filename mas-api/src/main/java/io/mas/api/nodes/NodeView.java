package io.mas.api.nodes;

import io.mas.api.metadata.MetadataStore;
import io.mas.api.metadata.NodeDocument;
import io.mas.api.metadata.WriteOutcome;
import io.mas.common.cluster.NodeAnnouncement;
import io.mas.common.cluster.NodeDiscovery;
import io.mas.common.cluster.NodeIdentity;
import io.mas.common.cluster.NodeState;
import io.mas.common.error.MasException;
import io.mas.common.object.Layout;
import io.mas.common.protocol.NodeError;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who the storage nodes are and which of them answer (design.md, section 6). Fed by announcements,
 * by direct probes of nodes that are silent, and by the failures of real requests. A node that
 * fails is <em>suspect</em>: it gets no new writes and is read last, until a probe succeeds. One
 * that answers, but does not trust or understand this gateway, gets no new writes either; it is
 * alive, and nothing follows for the shards that it holds. Nothing is ever concluded from silence
 * alone. Thread-safe.
 */
public final class NodeView implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(NodeView.class);

  /** How far the saved log sequence may lag behind: it is saved at most so often. */
  private static final long SAVE_EVERY_MILLIS = 60_000;

  /** Rounds against other gateways that save the same node. */
  private static final int MAX_ROUNDS = 20;

  private final MetadataStore metadata;
  private final ShardClient client;
  private final NodesProperties properties;
  private final InstantSource clock;
  private final String clusterId;
  private final Map<String, Entry> entries = new ConcurrentHashMap<>();
  private final CountDownLatch closing = new CountDownLatch(1);
  private NodeDiscovery.@Nullable Subscription subscription;

  /** How the last request or probe of a node went. */
  private enum Access {
    /** It does what it is asked. */
    SERVES,
    /** It answers that it does not trust or understand this gateway: a sign of life. */
    REFUSES,
    /** It does not answer, or not as the node that was meant. */
    FAILS
  }

  /**
   * What is known of a node.
   *
   * @param announcement the last one accepted
   * @param heard when there was last a sign of life, Unix milliseconds
   * @param saved when its document was last written, Unix milliseconds
   * @param access how the last request or probe went
   */
  private record Entry(NodeAnnouncement announcement, long heard, long saved, Access access) {
    Standing standing() {
      return new Standing(
          Member.of(announcement),
          announcement.state(),
          access == Access.FAILS,
          access == Access.SERVES);
    }

    boolean sameLife(NodeIdentity identity) {
      return announcement.identity().equals(identity);
    }
  }

  /**
   * How a node stands, for health and operators.
   *
   * @param suspect whether it answers nothing at the moment
   * @param serves whether it does what this gateway asks
   */
  public record Standing(Member member, NodeState state, boolean suspect, boolean serves) {
    /** Whether it gets new shards. */
    public boolean writable() {
      return serves && state == NodeState.UP;
    }
  }

  public NodeView(
      MetadataStore metadata, ShardClient client, NodesProperties properties, InstantSource clock) {
    this.metadata = metadata;
    this.client = client;
    this.properties = properties;
    this.clock = clock;
    this.clusterId = metadata.clusterId();
  }

  /** Begins with the saved view, listens, asks who is there, and probes who is silent. */
  public void start(NodeDiscovery nodes) {
    for (NodeDocument saved : metadata.nodes()) {
      entries.putIfAbsent(saved.nodeId(), new Entry(saved.announcement(), 0, 0, Access.FAILS));
    }
    subscription = nodes.listen(this::accept);
    nodes.ask();
    Thread.ofVirtual().name("mas-node-prober").start(this::probeUntilClosed);
  }

  /**
   * Takes an announcement if it is of this cluster and of the node's present life or a later one.
   */
  public void accept(NodeAnnouncement news) {
    accept(news, false);
  }

  /**
   * @param answered whether the node itself has said so in answer to a probe; only that gives it
   *     access again, since a node whose requests fail may go on announcing itself
   */
  private void accept(NodeAnnouncement news, boolean answered) {
    try {
      NodeIdentity identity = news.identity();
      if (!identity.clusterId().equals(clusterId)) {
        LOG.warn("node {} of foreign cluster {} refused", identity.nodeId(), identity.clusterId());
        return;
      }
      entries.compute(identity.nodeId(), (id, known) -> merge(news, known, answered));
    } catch (MasException e) {
      LOG.warn("announcement of node {} not saved: {}", news.identity().nodeId(), e.getMessage());
    }
  }

  private @Nullable Entry merge(NodeAnnouncement news, @Nullable Entry known, boolean answered) {
    long now = clock.millis();
    if (known == null || known.saved == 0) {
      return save(news) ? new Entry(news, now, now, Access.SERVES) : known;
    }
    if (!follows(news, known.announcement)) {
      return known;
    }
    if (!known.sameLife(news.identity())) {
      return save(news) ? new Entry(news, now, now, Access.SERVES) : known;
    }
    Access access = answered ? Access.SERVES : known.access;
    return now - known.saved < SAVE_EVERY_MILLIS
        ? new Entry(news, now, known.saved, access)
        : saveAgain(news, known, access);
  }

  /** The same life later: it was accepted, so that it goes on while the metadata are away. */
  private Entry saveAgain(NodeAnnouncement news, Entry known, Access access) {
    long now = clock.millis();
    try {
      return save(news) ? new Entry(news, now, now, access) : known;
    } catch (MasException e) {
      LOG.warn("announcement of node {} not saved: {}", news.identity().nodeId(), e.getMessage());
      return new Entry(news, now, known.saved, access);
    }
  }

  /**
   * Raises the node's document to this life; false if the life is a copy, a backup or a late one.
   */
  private boolean save(NodeAnnouncement news) {
    for (int round = 0; round < MAX_ROUNDS; round++) {
      Optional<NodeDocument> saved =
          metadata.nodes().stream()
              .filter(node -> node.nodeId().equals(news.identity().nodeId()))
              .findFirst();
      if (saved.isPresent() && !follows(news, saved.get().announcement())) {
        return false;
      }
      long version = saved.map(NodeDocument::version).orElse(0L) + 1;
      if (metadata.compareAndSetNode(new NodeDocument(version, news)) == WriteOutcome.APPLIED) {
        return true;
      }
    }
    return false; // others write it again and again: the next announcement comes soon
  }

  private static boolean follows(NodeAnnouncement news, NodeAnnouncement saved) {
    NodeIdentity after = news.identity();
    NodeIdentity before = saved.identity();
    if (after.counter() == before.counter() && after.bootId().equals(before.bootId())) {
      return news.sequence() >= saved.sequence();
    }
    boolean later = after.counter() > before.counter() && news.logSequence() >= saved.logSequence();
    if (!later) {
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

  /**
   * Reports that a request to a node failed. Without an answer, or with the one that it is another
   * life than was meant, the node is suspect until a probe succeeds; any other refusal is a sign of
   * life. A caller that was interrupted has learnt nothing of the node.
   */
  public void failed(Member member, NodeException failure) {
    Access access = failure.error().map(NodeView::access).orElse(Access.FAILS);
    if (access != Access.SERVES && !failure.interrupted()) {
      entries.computeIfPresent(
          member.id(),
          (id, entry) ->
              entry.sameLife(member.identity()) ? lowered(entry, access, failure) : entry);
    }
  }

  private static Access access(NodeError error) {
    return switch (error) {
      case BAD_REQUEST, DAMAGED_IN_TRANSIT, OTHER_BYTES, NOT_FOUND, READ_ONLY, FULL, IO_ERROR ->
          Access.SERVES;
      case UNAUTHENTICATED, CLOCK_SKEW, UNSUPPORTED_PROTOCOL, FOREIGN_CLUSTER -> Access.REFUSES;
      case IDENTITY_MISMATCH, NOT_READY -> Access.FAILS;
    };
  }

  private Entry lowered(Entry entry, Access access, NodeException failure) {
    if (entry.access != access) {
      LOG.warn(
          "node {} at {} {}: {}",
          entry.announcement.identity().nodeId(),
          entry.announcement.address(),
          access == Access.FAILS ? "is suspect" : "refuses this gateway",
          failure.getMessage());
    }
    long heard = access == Access.REFUSES ? clock.millis() : entry.heard;
    return new Entry(entry.announcement, heard, entry.saved, access);
  }

  /** Nodes that take new shards now. */
  public List<Member> writable() {
    return standings().stream().filter(Standing::writable).map(Standing::member).toList();
  }

  /** The node with this id, if it was ever heard of. */
  public Optional<Member> member(String nodeId) {
    return Optional.ofNullable(entries.get(nodeId)).map(entry -> Member.of(entry.announcement));
  }

  /** Whether the last request or probe of the node failed; true also for one never heard of. */
  public boolean suspect(String nodeId) {
    Entry entry = entries.get(nodeId);
    return entry == null || entry.access == Access.FAILS;
  }

  /** All nodes, in the order of their ids. */
  public List<Standing> standings() {
    return entries.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .map(Map.Entry::getValue)
        .map(Entry::standing)
        .toList();
  }

  /**
   * How many more nodes may fail, whichever they are, so that every file of this layout that is
   * fully placed on the nodes known now stays readable; negative if some may be unreadable already.
   */
  public int mayFail(Layout layout) {
    List<Standing> all = standings();
    if (all.isEmpty()) {
      return -1;
    }
    int shardsPerNode = Math.ceilDiv(layout.width(), Math.min(layout.width(), all.size()));
    int down = (int) all.stream().filter(node -> !node.serves()).count();
    return Math.floorDiv(layout.m() - down * shardsPerNode, shardsPerNode);
  }

  private void probeUntilClosed() {
    try {
      while (!closing.await(properties.probeEvery().toMillis(), TimeUnit.MILLISECONDS)) {
        probeSilent();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Probes once every node that does not serve or is silent. */
  void probeSilent() throws InterruptedException {
    Duration patience = properties.silentAfter();
    long now = clock.millis();
    List<Thread> probes =
        entries.values().stream()
            .filter(
                entry -> entry.access != Access.SERVES || now - entry.heard > patience.toMillis())
            .map(entry -> Thread.ofVirtual().name("mas-probe").start(() -> probe(entry)))
            .toList();
    for (Thread probe : probes) {
      probe.join();
    }
  }

  private void probe(Entry entry) {
    Member member = Member.of(entry.announcement);
    try {
      NodeAnnouncement answer = client.identify(member.address());
      accept(answer, true);
      if (!answer.identity().nodeId().equals(member.id())) {
        throw new NodeException(
            NodeError.IDENTITY_MISMATCH,
            "node %s is at %s".formatted(answer.identity().nodeId(), member.address()));
      }
    } catch (NodeException e) {
      failed(member, e);
    }
  }

  @Override
  public void close() {
    closing.countDown();
    if (subscription != null) {
      subscription.close();
    }
  }
}

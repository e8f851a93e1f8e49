package io.mas.api.nodes;

import io.mas.api.metadata.MetadataStore;
import io.mas.api.metadata.NodeDocument;
import io.mas.api.nodes.KnownNode.Access;
import io.mas.common.cluster.NodeAnnouncement;
import io.mas.common.cluster.NodeDiscovery;
import io.mas.common.cluster.NodeIdentity;
import io.mas.common.cluster.NodeState;
import io.mas.common.object.Layout;
import io.mas.common.protocol.NodeError;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who the storage nodes are and which of them answer (design.md, section 6). Fed by announcements,
 * by direct probes of nodes that are silent, and by the failures of real requests. A node that
 * fails is <em>suspect</em>: it gets no new writes and is read last, until a probe succeeds. One
 * that answers, but does not trust or understand this gateway, gets no new writes either; it is
 * alive, and nothing follows for the shards that it holds. Nothing is ever concluded from silence
 * alone. One that is <em>lost</em> by a saved verdict is suspect whatever it answers, until the
 * verdict is taken back ({@link NodeObserver}). Thread-safe.
 */
public final class NodeView implements NodeObserver.View, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(NodeView.class);

  /** How far the saved log sequence may lag behind: it is saved at most so often. */
  private static final long SAVE_EVERY_MILLIS = 60_000;

  /** A write that the database did not take is tried again so much later. */
  private static final long SAVE_AGAIN_MILLIS = 10_000;

  /** What other gateways have saved of nodes that this one did not hear is read so often. */
  private static final Duration RELOAD_EVERY = Duration.ofSeconds(30);

  /**
   * Who announces a new life waits so long for it to be saved, so that a node that has started is
   * known in its own process; only as long as the database answers.
   */
  private static final Duration SAVE_PATIENCE = Duration.ofSeconds(1);

  private final ShardClient client;
  private final NodesProperties properties;
  private final InstantSource clock;
  private final NodeLives lives;
  private final NodeSaver saver = new NodeSaver(this::write);
  private final Map<String, KnownNode> nodes = new ConcurrentHashMap<>();
  private final Set<String> probed = ConcurrentHashMap.newKeySet();
  private final Probes probes;
  private final CountDownLatch closing = new CountDownLatch(1);
  private volatile boolean metadataAnswers = true;
  private NodeDiscovery.@Nullable Subscription subscription;

  /**
   * How a node stands, for health and operators.
   *
   * @param said what it said of itself last
   * @param heard when there was last a sign of life here, Unix milliseconds; 0 for never
   * @param suspect whether it answers nothing at the moment, or is lost
   * @param serves whether it does what this gateway asks, and is not lost
   * @param lost whether it is lost
   * @param restored whether it is lost and no extent names it any more: nobody misses it
   */
  public record Standing(
      Member member,
      NodeAnnouncement said,
      long heard,
      boolean suspect,
      boolean serves,
      boolean lost,
      boolean restored) {
    /** The state that it said it is in. */
    public NodeState state() {
      return said.state();
    }

    /** Whether it gets new shards. */
    public boolean writable() {
      return serves && state() == NodeState.UP;
    }
  }

  /** A view for those who give no verdicts: each silence counts by itself. */
  public NodeView(
      MetadataStore metadata, ShardClient client, NodesProperties properties, InstantSource clock) {
    this(
        new NodeLives(metadata, IdentityRule.ALL),
        client,
        properties,
        clock,
        new Probes(Duration.ZERO, VerdictRule.ALL, System::nanoTime));
  }

  NodeView(
      NodeLives lives,
      ShardClient client,
      NodesProperties properties,
      InstantSource clock,
      Probes probes) {
    this.client = client;
    this.properties = properties;
    this.clock = clock;
    this.lives = lives;
    this.probes = probes;
  }

  /** Begins with the saved view, listens, asks who is there, and probes who is silent. */
  public void start(NodeDiscovery discovery) {
    reload();
    subscription = discovery.listen(this::accept);
    discovery.ask();
    Thread.ofVirtual()
        .name("mas-node-prober")
        .start(() -> repeat(this::probeDoubtful, properties.probeEvery()));
    Thread.ofVirtual().name("mas-node-reloader").start(() -> repeat(this::reload, RELOAD_EVERY));
  }

  private void repeat(Runnable task, Duration pause) {
    try {
      do {
        task.run();
      } while (!closing.await(pause.toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  // Announcements

  /**
   * Takes an announcement if it is of this cluster and of the node's present life or a later one. A
   * later one must be saved first; the present one goes on while the metadata are away.
   */
  public void accept(NodeAnnouncement news) {
    accept(news, false);
  }

  private void accept(NodeAnnouncement news, boolean answered) {
    NodeIdentity identity = news.identity();
    if (!lives.ours(identity)) {
      return;
    }
    long now = clock.millis();
    KnownNode before = nodes.get(identity.nodeId());
    KnownNode known =
        nodes.computeIfPresent(identity.nodeId(), (_, node) -> heard(node, news, now, answered));
    if (known == null || !known.sameLife(identity)) {
      begin(news, known);
    } else if (turns(before, known)
        || (known.savedBefore(now, SAVE_EVERY_MILLIS) && !saver.saves(known.id()))) {
      saver.save(known.announcement());
    }
  }

  private KnownNode heard(KnownNode node, NodeAnnouncement news, long now, boolean answered) {
    KnownNode after = node.hears(news, now, answered);
    if (after.access() == Access.SERVES && node.access() != Access.SERVES) {
      probes.answered(news.identity()); // it is not probed any more, so its silence would go on
    }
    return after;
  }

  /** Whether it says something else of itself: that it leaves may be its last word. */
  private static boolean turns(@Nullable KnownNode before, KnownNode now) {
    return before != null && before.announcement().state() != now.announcement().state();
  }

  private void begin(NodeAnnouncement news, @Nullable KnownNode known) {
    if (known != null && !lives.follows(news, known.announcement())) {
      return;
    }
    Thread saving = saver.save(news);
    try {
      if (metadataAnswers && !saving.join(SAVE_PATIENCE)) {
        metadataAnswers = false;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  // Metadata; nothing here is done under a lock or by who announces

  private void write(NodeAnnouncement news) {
    try {
      NodeDocument saved = lives.raise(news);
      metadataAnswers = true;
      if (saved.announcement().equals(news)) {
        boolean newcomer = !nodes.containsKey(saved.nodeId());
        nodes.compute(saved.nodeId(), (_, node) -> written(saved, node));
        if (newcomer) {
          saved.replaces().forEach(this::probe);
        }
      } else {
        learn(saved);
      }
    } catch (RuntimeException e) {
      metadataFailed(e);
      long again = clock.millis() - SAVE_EVERY_MILLIS + SAVE_AGAIN_MILLIS;
      nodes.computeIfPresent(news.identity().nodeId(), (_, node) -> node.savedAt(again));
    }
  }

  private KnownNode written(NodeDocument saved, @Nullable KnownNode node) {
    long now = clock.millis();
    if (node != null && node.sameLife(saved.announcement().identity())) {
      return node.learns(saved).savedAt(now);
    }
    probes.answered(saved.announcement().identity());
    return new KnownNode(
        saved.announcement(), now, now, Access.SERVES, saved.replaces(), saved.lost());
  }

  /** Learns what is saved of all nodes. */
  void reload() {
    try {
      lives.all().forEach(this::learn);
      metadataAnswers = true;
    } catch (RuntimeException e) {
      metadataFailed(e);
    }
  }

  /** Whether something is being saved. */
  boolean saving() {
    return saver.busy();
  }

  /**
   * A life that another gateway has accepted, or this one before it started. One that others
   * suspect, or that is lost, is asked itself.
   */
  @Override
  public void learn(NodeDocument saved) {
    NodeAnnouncement said = saved.announcement();
    boolean newcomer = !nodes.containsKey(saved.nodeId());
    nodes.compute(
        saved.nodeId(),
        (_, node) -> {
          if (node != null && node.sameLife(said.identity())) {
            return node.learns(saved);
          }
          return node == null || lives.follows(said, node.announcement())
              ? KnownNode.saved(saved)
              : node;
        });
    if (!saved.suspicions().isEmpty() || saved.lost() != null) {
      probe(saved.nodeId());
    }
    if (newcomer) {
      saved.replaces().forEach(this::probe);
    }
  }

  private void metadataFailed(RuntimeException e) {
    if (metadataAnswers && closing.getCount() > 0) {
      LOG.warn("nodes are neither saved nor read: {}", e.toString());
    }
    metadataAnswers = false;
  }

  // Failures and probes

  /**
   * Reports that a request to a node failed. Without an answer, or with the one that it is another
   * life than was meant, the node is suspect until a probe succeeds; any other refusal is a sign of
   * life. A caller that was interrupted, or found no connection free, has learnt nothing of the
   * node.
   */
  public void failed(Member member, NodeException failure) {
    Access access = failure.error().map(NodeView::access).orElse(Access.FAILS);
    if (access != Access.SERVES && !failure.saysNothing()) {
      nodes.computeIfPresent(
          member.id(),
          (_, node) -> node.sameLife(member.identity()) ? lowered(node, access, failure) : node);
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

  private KnownNode lowered(KnownNode node, Access access, NodeException failure) {
    if (node.access() != access) {
      LOG.warn(
          "node {} at {} {}: {}",
          node.id(),
          node.announcement().address(),
          access == Access.FAILS ? "is suspect" : "refuses this gateway",
          failure.getMessage());
    }
    return node.lowered(access, clock.millis());
  }

  /**
   * Asks a node now whether it lives, because it is late with an answer: until it says so it is
   * read last.
   */
  public void probe(String nodeId) {
    KnownNode node = nodes.get(nodeId);
    if (node != null) {
      Optional<Thread> _ = probe(node);
    }
  }

  /**
   * Begins to probe every node that does not serve or is silent, but those being probed.
   *
   * @return the probes
   */
  List<Thread> probeDoubtful() {
    long now = clock.millis();
    long silentAfter = properties.silentAfter().toMillis();
    return nodes.values().stream()
        .filter(node -> node.doubtful(now, silentAfter) && !node.forgotten())
        .map(this::probe)
        .flatMap(Optional::stream)
        .toList();
  }

  private Optional<Thread> probe(KnownNode node) {
    return probed.add(node.id())
        ? Optional.of(Thread.ofVirtual().name("mas-probe").start(() -> askWhoIsThere(node)))
        : Optional.empty();
  }

  private void askWhoIsThere(KnownNode node) {
    try {
      ask(node);
    } finally {
      probed.remove(node.id());
    }
  }

  /** Asks a node now, and waits for its answer. */
  @Override
  public Answer ask(String nodeId) {
    KnownNode node = nodes.get(nodeId);
    return node == null ? Answer.NONE : ask(node);
  }

  private Answer ask(KnownNode node) {
    Member member = node.member();
    Answer heard;
    try {
      NodeAnnouncement answer = client.identify(member.address());
      accept(answer, true);
      if (!answer.identity().nodeId().equals(member.id())) {
        throw new NodeException(
            NodeError.IDENTITY_MISMATCH,
            "node %s is at %s".formatted(answer.identity().nodeId(), member.address()));
      }
      // A copy, or an old backup, is no sign of the life that holds the shards.
      heard = accepted(answer.identity()) ? Answer.ITSELF : Answer.NONE;
    } catch (NodeException e) {
      failed(member, e);
      if (e.saysNothing()) {
        return Answer.UNKNOWN;
      }
      boolean refuses = e.error().filter(it -> it != NodeError.IDENTITY_MISMATCH).isPresent();
      heard = refuses && !replaced(node) ? Answer.REFUSAL : Answer.NONE;
    }
    if (heard == Answer.NONE) {
      nodes.computeIfPresent(member.id(), (_, now) -> silent(now, member.identity()));
    } else {
      probes.answered(nodes.getOrDefault(member.id(), node).announcement().identity());
    }
    return heard;
  }

  /** A late failure of an earlier life is not the begin of a silence of this one. */
  private KnownNode silent(KnownNode node, NodeIdentity asked) {
    if (node.sameLife(asked)) {
      probes.failed(asked, node.announcement().state() == NodeState.LEAVING);
    }
    return node;
  }

  /** Whether a new volume has its address: then it is that which refuses, for all that is known. */
  private boolean replaced(KnownNode node) {
    return nodes.values().stream().anyMatch(other -> other.inPlaceOf(node));
  }

  private boolean accepted(NodeIdentity identity) {
    KnownNode node = nodes.get(identity.nodeId());
    return node != null && node.sameLife(identity);
  }

  /**
   * The accepted lives whose last direct probe failed, and how long all have failed ({@link
   * Probes}). A refusal is an answer; so is the first announcement since the start of this process.
   * What else a node announces, or does not announce, counts nothing.
   */
  @Override
  public Map<NodeIdentity, Duration> failing() {
    return probes.failing().entrySet().stream()
        .filter(entry -> accepted(entry.getKey()))
        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
  }

  /** Whether every node has been heard or probed since the start. */
  boolean warm() {
    return nodes.values().stream()
        .allMatch(
            node ->
                node.heard() > 0
                    || node.forgotten()
                    || probes.fail(node.announcement().identity()));
  }

  /** Ids of nodes that are lost, as far as is known here. */
  @Override
  public Set<String> lost() {
    return nodes.values().stream()
        .filter(node -> node.lost() != null)
        .map(KnownNode::id)
        .collect(Collectors.toSet());
  }

  // The view

  /** Nodes that take new shards now. */
  public List<Member> writable() {
    return standings().stream().filter(Standing::writable).map(Standing::member).toList();
  }

  /** The node with this id, if it was ever heard of. */
  public Optional<Member> member(String nodeId) {
    return Optional.ofNullable(nodes.get(nodeId)).map(KnownNode::member);
  }

  /** Whether the last request or probe of the node failed; true also for one never heard of. */
  public boolean suspect(String nodeId) {
    KnownNode node = nodes.get(nodeId);
    return node == null || node.suspect();
  }

  /** Whether nothing is to be expected of a node: it is lost, or was never heard of. */
  public boolean gone(String nodeId) {
    KnownNode node = nodes.get(nodeId);
    return node == null || node.lost() != null;
  }

  /**
   * When a node was judged to be lost, Unix milliseconds; empty if it is not, or never was heard
   * of.
   */
  public OptionalLong lostSince(String nodeId) {
    KnownNode node = nodes.get(nodeId);
    NodeDocument.Lost lost = node == null ? null : node.lost();
    return lost == null ? OptionalLong.empty() : OptionalLong.of(lost.since());
  }

  /** Whether others are to be asked for a shard before this one: suspect, or being probed. */
  public boolean readLast(String nodeId) {
    return suspect(nodeId) || probed.contains(nodeId);
  }

  /** All nodes that may have an answer now or later, as {@link #standings}. */
  public List<Standing> waitedFor() {
    return standings(KnownNode::waitedFor);
  }

  /** All nodes that do now what they are asked, in the order of their ids. */
  public List<Member> serving() {
    return standings(KnownNode::serves).stream().map(Standing::member).toList();
  }

  /** All nodes, in the order of their ids. */
  public List<Standing> standings() {
    return standings(_ -> true);
  }

  private List<Standing> standings(Predicate<KnownNode> which) {
    return nodes.values().stream()
        .filter(which)
        .sorted(Comparator.comparing(KnownNode::id))
        .map(KnownNode::standing)
        .toList();
  }

  /**
   * How many more nodes may fail, whichever they are, so that every file of this layout that is
   * fully placed on the nodes known now stays readable; negative if some may be unreadable already.
   */
  public int mayFail(Layout layout) {
    List<KnownNode> all = nodes.values().stream().filter(node -> !node.forgotten()).toList();
    if (all.isEmpty()) {
      return -1;
    }
    int shardsPerNode = Math.ceilDiv(layout.width(), Math.min(layout.width(), all.size()));
    int down = (int) all.stream().filter(node -> !node.serves()).count();
    return Math.floorDiv(layout.m() - down * shardsPerNode, shardsPerNode);
  }

  @Override
  public void close() {
    closing.countDown();
    if (subscription != null) {
      subscription.close();
    }
  }
}

package io.mas.api.nodes;

import io.mas.api.metadata.MetadataStore;
import io.mas.api.metadata.NodeDocument;
import io.mas.api.metadata.NodeDocument.Suspicion;
import io.mas.common.cluster.NodeIdentity;
import io.mas.common.error.MasException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Saves in {@code nodes} which nodes do not answer the direct probes of this process: at once,
 * again while that lasts, and takes it back when one answers, together with a verdict if it says
 * who it is. What it says is never more than what probes showed. One thread.
 */
final class NodeObserver implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(NodeObserver.class);

  /**
   * If so many say in a node's document that it does not answer, the others say so in their own: it
   * bounds the document, and what a thousand gateways write to it when the node dies.
   */
  static final int ENOUGH = 8;

  private final String id;
  private final ProcessHeartbeat heartbeat;
  private final View view;
  private final NodeDocuments documents;
  private final VerdictProperties properties;
  private final InstantSource clock;
  private final LongSupplier nanos;
  private final Repeating looks;

  /** When it last saved a suspicion of a node. */
  private final Map<String, Long> said = new HashMap<>();

  /** What the others repeat of each node that this one suspects. */
  private final Map<String, Beats> others = new HashMap<>();

  /** What an observer sees of the nodes. */
  interface View {
    /** The lives whose direct probes fail, and how long they have. */
    Map<NodeIdentity, Duration> failing();

    /** Ids of nodes that are lost. */
    Set<String> lost();

    /** Asks a node now. */
    Answer ask(String nodeId);

    /** Learns what is saved of a node. */
    void learn(NodeDocument saved);
  }

  /**
   * Sees nothing until it is started.
   *
   * @param heartbeat of this run of the process
   */
  NodeObserver(
      ProcessHeartbeat heartbeat,
      View view,
      MetadataStore metadata,
      VerdictProperties properties,
      Clocks clocks) {
    this.id = heartbeat.id();
    this.heartbeat = heartbeat;
    this.view = view;
    this.documents = new NodeDocuments(metadata);
    this.properties = properties;
    this.clock = clocks.wall();
    this.nanos = clocks.nanos();
    this.looks = new Repeating(this::look, properties.every());
  }

  void start() {
    looks.start("mas-node-observer");
  }

  /** Saves what has changed. */
  void look() {
    try {
      Map<NodeIdentity, Duration> failing = view.failing();
      Set<String> lost = view.lost();
      Map<NodeIdentity, Duration> suspects = besides(lost, failing);
      heartbeat.unanswered(suspects);
      suspects.forEach(this::suspect);
      Set<String> silent =
          failing.keySet().stream().map(NodeIdentity::nodeId).collect(Collectors.toSet());
      Set<String> perhapsBack = new HashSet<>(said.keySet());
      perhapsBack.addAll(lost);
      perhapsBack.removeAll(silent);
      perhapsBack.forEach(this::clear);
    } catch (MasException e) {
      // The view reports metadata that are away; what was not saved is saved by the next look.
      LOG.debug("suspicions not saved: {}", e.getMessage());
    } catch (RuntimeException e) {
      LOG.error("suspicions not saved", e);
    }
  }

  /** Of a node that is lost nothing more is to be said: every volume ever lost stays silent. */
  private static Map<NodeIdentity, Duration> besides(
      Set<String> lost, Map<NodeIdentity, Duration> failing) {
    return failing.entrySet().stream()
        .filter(one -> !lost.contains(one.getKey().nodeId()))
        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
  }

  private void suspect(NodeIdentity life, Duration failing) {
    long now = nanos.getAsLong();
    Long last = said.get(life.nodeId());
    if (last != null && now - last < properties.repeat().toNanos()) {
      return;
    }
    documents.change(life.nodeId(), node -> suspected(node, life, failing));
    said.put(life.nodeId(), now);
  }

  private NodeDocument suspected(NodeDocument node, NodeIdentity life, Duration failing) {
    long now = clock.millis();
    List<Suspicion> kept = kept(node);
    if (!node.sameLife(life) || kept.size() >= ENOUGH) {
      return node;
    }
    Suspicion own = new Suspicion(id, now - failing.toMillis(), now);
    return node.keeping(Stream.concat(kept.stream(), Stream.of(own)).toList());
  }

  /** The others; if there are enough of them, those that still speak: who dies leaves its word. */
  private List<Suspicion> kept(NodeDocument node) {
    Beats beats = others.computeIfAbsent(node.nodeId(), _ -> new Beats(nanos));
    List<Suspicion> all =
        node.suspicions().stream().filter(one -> !one.observer().equals(id)).toList();
    List<Suspicion> speaking = all.stream().filter(one -> speaks(one, beats)).toList();
    beats.forgetOthers();
    return all.size() >= ENOUGH ? speaking : all;
  }

  private boolean speaks(Suspicion one, Beats beats) {
    Duration same = beats.unchanged(one.observer(), one.confirmed());
    return same.compareTo(properties.observerTimeout()) <= 0;
  }

  private void clear(String node) {
    Answer answer = view.ask(node);
    boolean withdraws = answer == Answer.REFUSAL && said.containsKey(node);
    if (answer == Answer.ITSELF || withdraws) {
      documents.change(node, saved -> after(answer, saved)).ifPresent(view::learn);
      said.remove(node);
      others.remove(node);
    }
  }

  private NodeDocument after(Answer answer, NodeDocument node) {
    if (answer == Answer.ITSELF && node.lost() != null) {
      return node.returned(id);
    }
    return node.suspectedBy(id) ? node.unsuspected(id) : node;
  }

  @Override
  public void close() {
    looks.close();
  }
}

package io.mas.api.nodes;

import io.mas.api.metadata.NodeDocument;
import io.mas.api.metadata.NodeDocument.Suspicion;
import io.mas.api.metadata.ProcessDocument;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Which of what others have saved still counts: what they go on saying, as this process sees it
 * change. Their clocks are not compared with ours, since any may be wrong. One thread.
 */
final class Observations {
  private final String self;
  private final VerdictProperties properties;
  private final Clocks clocks;
  private final Beats processBeats;
  private final Beats suspicionBeats;
  private long begun;
  private long looked;

  /**
   * Nothing seen yet.
   *
   * @param self this process as an observer, which always has a say
   */
  Observations(String self, VerdictProperties properties, Clocks clocks) {
    this.self = self;
    this.properties = properties;
    this.clocks = clocks;
    this.processBeats = new Beats(clocks.nanos());
    this.suspicionBeats = new Beats(clocks.nanos());
    beginAnew();
  }

  /** Forgets what was seen: for some time nothing, or nothing true, could be. */
  void beginAnew() {
    processBeats.clear();
    suspicionBeats.clear();
    begun = clocks.nanos().getAsLong();
    looked = begun;
  }

  /**
   * Looks at what is saved now.
   *
   * @param warm whether this process has itself asked every node
   * @param replaced see {@link Decision.Evidence}
   */
  Decision.Evidence look(
      List<NodeDocument> nodes,
      List<ProcessDocument> processes,
      boolean warm,
      Set<String> replaced) {
    long now = clocks.nanos().getAsLong();
    if (Duration.ofNanos(now - looked).compareTo(properties.observerTimeout().dividedBy(2)) > 0) {
      beginAnew(); // this process was stopped, or the metadata were slow
    }
    looked = now;
    List<ProcessDocument> observing = processes.stream().filter(this::observes).toList();
    Set<String> observers = new HashSet<>(Set.of(self));
    observing.forEach(process -> observers.add(process.id()));
    List<NodeDocument> counting =
        nodes.stream().map(node -> agreeing(counting(node, observers), observing)).toList();
    processBeats.forgetOthers();
    suspicionBeats.forgetOthers();
    boolean settled = now - begun >= properties.settle().toNanos();
    return new Decision.Evidence(
        clocks.wall().millis(), counting, observers, replaced, warm, settled);
  }

  private boolean observes(ProcessDocument process) {
    return !silent(process, properties.observerTimeout()) && process.observes();
  }

  /** Whether a process has said nothing for longer than that, as far as one has looked. */
  boolean silent(ProcessDocument process, Duration time) {
    return processBeats.unchanged(process.id(), process.seen()).compareTo(time) > 0;
  }

  private NodeDocument counting(NodeDocument node, Set<String> observers) {
    return with(
        node, node.suspicions().stream().filter(one -> counts(node, one, observers)).toList());
  }

  private static NodeDocument with(NodeDocument node, List<Suspicion> suspicions) {
    return new NodeDocument(
        node.version(), node.announcement(), node.replaces(), suspicions, node.lost());
  }

  /**
   * With those who say only in their own documents that the node does not answer, because there is
   * no room for more in its own. That is told more seldom, so it counts for as long as the node's
   * document is full: as soon as one of those in it is answered, it is not.
   */
  private static NodeDocument agreeing(NodeDocument node, List<ProcessDocument> observing) {
    if (node.suspicions().size() < NodeObserver.ENOUGH) {
      return node;
    }
    Stream<Suspicion> others =
        observing.stream()
            .filter(process -> !node.suspectedBy(process.id()))
            .flatMap(process -> suspicion(process, node).stream());
    return with(node, Stream.concat(node.suspicions().stream(), others).toList());
  }

  private static Optional<Suspicion> suspicion(ProcessDocument process, NodeDocument node) {
    return process.unanswered().stream()
        .filter(one -> one.is(node.announcement().identity()))
        .findFirst()
        .map(one -> new Suspicion(process.id(), process.seen() - one.lasts(), process.seen()));
  }

  private boolean counts(NodeDocument node, Suspicion one, Set<String> observers) {
    Duration same = suspicionBeats.unchanged(node.nodeId() + " " + one.observer(), one.confirmed());
    return same.compareTo(properties.observerTimeout()) <= 0 && observers.contains(one.observer());
  }
}

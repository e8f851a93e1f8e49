package io.mas.api.nodes;

import io.mas.api.metadata.MetadataStore;
import io.mas.api.metadata.NodeDocument;
import io.mas.api.metadata.NodeDocument.Cause;
import io.mas.api.metadata.NodeDocument.Lost;
import io.mas.api.metadata.NodeDocument.Progress;
import io.mas.api.metadata.ProcessDocument;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives the verdict that a node is lost (design.md, section 6), by {@link Decision}, and saves it
 * by compare-and-set on the very document that it was decided by. While the metadata do not answer
 * nothing is decided, and afterwards one looks anew. Several processes may do this at once.
 */
final class Verdicts implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Verdicts.class);

  /** A process that has said nothing here for so long has ended; its document goes. */
  private static final Duration FORGET_AFTER = Duration.ofHours(1);

  private final NodeView view;
  private final MetadataStore metadata;
  private final NodeDocuments documents;
  private final Redundancy redundancy;
  private final Settings settings;
  private final Observations observations;
  private final ProcessHeartbeat heartbeat;
  private final Runnable wake;
  private final Repeating looks;
  private boolean metadataAnswer = true;
  private String held = "";

  /**
   * How verdicts are given.
   *
   * @param rules {@link VerdictRule#ALL}
   */
  record Settings(VerdictProperties properties, Set<VerdictRule> rules, Clocks clocks) {}

  /**
   * What verdicts are given with.
   *
   * @param wake told that there is a verdict to be carried out
   */
  record Parts(
      NodeView view,
      MetadataStore metadata,
      Redundancy redundancy,
      ProcessHeartbeat heartbeat,
      Runnable wake) {}

  Verdicts(Parts parts, Settings settings) {
    this.view = parts.view;
    this.metadata = parts.metadata;
    this.documents = new NodeDocuments(parts.metadata);
    this.redundancy = parts.redundancy;
    this.heartbeat = parts.heartbeat;
    this.wake = parts.wake;
    this.settings = settings;
    this.observations =
        new Observations(parts.heartbeat.id(), settings.properties, settings.clocks);
    this.looks = new Repeating(this::look, settings.properties.every());
  }

  void start() {
    looks.start("mas-node-verdicts");
  }

  /** Decides once. */
  void look() {
    try {
      List<ProcessDocument> processes = metadata.processes();
      List<NodeDocument> saved = metadata.nodes();
      Decision.Evidence evidence =
          observations.look(saved, processes, view.warm(), replaced(saved));
      forget(processes);
      Decision decision = Decision.of(evidence, terms(evidence));
      hold(decision);
      carryOut(decision, byId(saved));
      metadataAnswer = true;
    } catch (RuntimeException e) {
      failed(e);
    }
  }

  private void failed(RuntimeException e) {
    observations.beginAnew();
    if (metadataAnswer && !looks.closed()) {
      LOG.warn("no verdicts on nodes: {}", e.toString());
    }
    metadataAnswer = false;
  }

  private static Map<String, NodeDocument> byId(List<NodeDocument> nodes) {
    return nodes.stream().collect(Collectors.toMap(NodeDocument::nodeId, Function.identity()));
  }

  private Decision.Terms terms(Decision.Evidence evidence) {
    Set<String> gone = Decision.gone(evidence, settings.rules);
    int nodes = Math.toIntExact(evidence.nodes().stream().filter(Verdicts::present).count());
    Map<String, Integer> left = new HashMap<>();
    return new Decision.Terms(
        settings.properties,
        settings.rules,
        redundancy.survivable(nodes),
        node ->
            left.computeIfAbsent(node.nodeId(), id -> redundancy.left(id, with(gone, id), nodes)));
  }

  private static boolean present(NodeDocument node) {
    Lost lost = node.lost();
    return lost == null || lost.progress() != Progress.RESTORED;
  }

  private static Set<String> with(Set<String> gone, String id) {
    Set<String> all = new HashSet<>(gone);
    all.add(id);
    return all;
  }

  /**
   * Nodes that do not answer, and under whose process's name another, new one serves. One that
   * answers although it has a namesake is not replaced, now or later. Of one at whose address
   * somebody refuses nothing is known yet.
   */
  private Set<String> replaced(List<NodeDocument> nodes) {
    Map<String, NodeDocument> byId = byId(nodes);
    Set<String> replaced = new HashSet<>();
    for (NodeDocument newcomer : nodes) {
      for (String former : newcomer.replaces()) {
        NodeDocument old = byId.get(former);
        if (old == null || old.lost() != null || !namesakes(old, newcomer)) {
          continue;
        }
        Answer answer = view.ask(former);
        if (answer == Answer.ITSELF) {
          documents.change(newcomer.nodeId(), saved -> saved.besides(former));
        } else if (answer == Answer.NONE && !view.suspect(newcomer.nodeId())) {
          replaced.add(former);
        }
      }
    }
    return replaced;
  }

  private static boolean namesakes(NodeDocument one, NodeDocument other) {
    return one.announcement().process().equals(other.announcement().process());
  }

  private void hold(Decision decision) {
    String reason = decision.held();
    if (!reason.equals(held)) {
      held = reason;
      heartbeat.held(reason);
      if (decision.safeMode()) {
        LOG.error("no verdicts on nodes: {}", reason);
      } else {
        LOG.info("verdicts on nodes: {}", reason.isEmpty() ? "given" : reason);
      }
    }
  }

  private void carryOut(Decision decision, Map<String, NodeDocument> saved) {
    decision
        .lost()
        .forEach((node, cause) -> judge(node, saved.getOrDefault(node.nodeId(), node), cause));
  }

  private void judge(NodeDocument counted, NodeDocument saved, Cause cause) {
    Lost lost = new Lost(settings.clocks.wall().millis(), cause, Progress.MARKING);
    NodeDocument next = saved.lost(lost);
    if (documents.applied(next)) {
      LOG.warn(
          "node {} ({}) is lost: {}; suspected by {}",
          next.nodeId(),
          next.announcement().process(),
          cause,
          counted.suspicions());
      view.learn(next);
      wake.run();
    }
  }

  private void forget(List<ProcessDocument> processes) {
    processes.stream()
        .filter(process -> observations.silent(process, FORGET_AFTER))
        .map(ProcessDocument::id)
        .forEach(metadata::removeProcess);
  }

  @Override
  public void close() {
    looks.close();
  }
}

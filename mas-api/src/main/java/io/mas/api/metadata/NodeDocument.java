package io.mas.api.metadata;

import io.mas.common.cluster.NodeAnnouncement;
import io.mas.common.cluster.NodeIdentity;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code nodes/{node id}}: the highest accepted life of a node. A lower counter, an equal counter
 * with another boot id, or a higher counter with a lower log sequence is a copy or an old backup
 * (design.md, section 5, Identity). And who finds that this life does not answer, and the verdict
 * that it is lost (section 6).
 *
 * @param version 1 when inserted, raised by one with each change
 * @param announcement the last announcement that was accepted and saved
 * @param replaces ids of nodes that were known under the name of its process when it was first
 *     seen: it may be the new volume of one of them
 * @param suspicions of processes whose direct probes of this life fail, one of each
 * @param lost the verdict; null for a node that is not lost
 */
public record NodeDocument(
    long version,
    NodeAnnouncement announcement,
    List<String> replaces,
    List<Suspicion> suspicions,
    @Nullable Lost lost) {

  /**
   * A process finds that the node does not answer. Both times are by its own clock and written
   * together: what lies between them was measured by a clock that is never set.
   *
   * @param observer the process, by the id of its {@link ProcessDocument}
   * @param since since when its probes have failed, Unix milliseconds
   * @param confirmed when it last said so, Unix milliseconds
   */
  public record Suspicion(String observer, long since, long confirmed) {
    public Suspicion {
      if (observer.isEmpty() || since > confirmed) {
        throw new IllegalArgumentException(
            "observer '%s' since %d, confirmed %d; expected a name, and since before confirmed"
                .formatted(observer, since, confirmed));
      }
    }

    /** How long its probes had failed when it last said so. */
    public Duration lasts() {
      return Duration.ofMillis(confirmed - since);
    }
  }

  /** Why a node is lost. */
  public enum Cause {
    /** Probes have failed for long enough. */
    UNREACHABLE,
    /** Another volume has come under the name of its process. */
    REPLACED,
    /** An operator says so. */
    CONFIRMED
  }

  /** How far the verdict has been carried out. */
  public enum Progress {
    /** Its shards are being marked as missing. */
    MARKING,
    /** They are marked; the repair rebuilds them elsewhere. */
    MARKED,
    /** No extent names it any more. */
    RESTORED
  }

  /**
   * The verdict that a node is lost.
   *
   * @param since when it was given, Unix milliseconds
   */
  public record Lost(long since, Cause cause, Progress progress) {
    /** The same further on. */
    public Lost at(Progress further) {
      return new Lost(since, cause, further);
    }
  }

  public NodeDocument {
    if (version < 1) {
      throw new IllegalArgumentException("version " + version + ", expected 1 or more");
    }
    replaces = List.copyOf(replaces);
    suspicions = List.copyOf(suspicions);
  }

  /** A node that nobody suspects. */
  public NodeDocument(long version, NodeAnnouncement announcement) {
    this(version, announcement, List.of(), List.of(), null);
  }

  /** The node's permanent id, which is the document's. */
  public String nodeId() {
    return announcement.identity().nodeId();
  }

  /** Whether this is the document's life of the node. */
  public boolean sameLife(NodeIdentity identity) {
    return announcement.identity().equals(identity);
  }

  /**
   * The next version, after news. A new life has started, so that nobody suspects it and it is not
   * lost, whatever was said of the one before.
   */
  public NodeDocument raised(NodeAnnouncement news) {
    return sameLife(news.identity())
        ? new NodeDocument(version + 1, news, replaces, suspicions, lost)
        : new NodeDocument(version + 1, news, replaces, List.of(), null);
  }

  /** The next version: the node has itself answered this observer, which ends the verdict too. */
  public NodeDocument returned(String observer) {
    return judged(withoutThatOf(observer), null);
  }

  /** The next version: this observer suspects it no more. */
  public NodeDocument unsuspected(String observer) {
    return judged(withoutThatOf(observer), lost);
  }

  private List<Suspicion> withoutThatOf(String observer) {
    return suspicions.stream().filter(one -> !one.observer().equals(observer)).toList();
  }

  /** The next version, with only these of the suspicions. */
  public NodeDocument keeping(List<Suspicion> suspected) {
    return judged(suspected, lost);
  }

  private NodeDocument judged(List<Suspicion> suspected, @Nullable Lost verdict) {
    return new NodeDocument(version + 1, announcement, replaces, suspected, verdict);
  }

  /** Whether this observer suspects it. */
  public boolean suspectedBy(String observer) {
    return suspicions.stream().anyMatch(one -> one.observer().equals(observer));
  }

  /** The next version, with the verdict, or with how far it has been carried out. */
  public NodeDocument lost(Lost verdict) {
    return judged(suspicions, verdict);
  }

  /** The next version: it does not replace the other, which lives. */
  public NodeDocument besides(String other) {
    return new NodeDocument(
        version + 1,
        announcement,
        replaces.stream().filter(id -> !id.equals(other)).toList(),
        suspicions,
        lost);
  }
}

package io.mas.api.metadata;

import io.mas.common.cluster.NodeIdentity;
import java.time.Duration;
import java.util.List;

/**
 * {@code processes/{id}}: a gateway or repair worker that is running, as it last said itself. Says
 * who watches the nodes, and how fast the repair goes; nothing is deleted because of it.
 *
 * @param id random, of one run of the process
 * @param seen when it last said so, Unix milliseconds
 * @param repairs whether it has the repair role
 * @param repaired extents that it has made whole lately
 * @param repairedBytes bytes that it has written to nodes for that
 * @param lately how long that took, milliseconds
 * @param observes whether it says, under this id, which nodes do not answer it
 * @param held why it gives no verdicts on nodes now; empty if it would, or never does
 * @param unanswered the lives of nodes that do not answer it now, but for lost ones
 */
public record ProcessDocument(
    String id,
    long seen,
    boolean repairs,
    long repaired,
    long repairedBytes,
    long lately,
    boolean observes,
    String held,
    List<Unanswered> unanswered) {

  /**
   * A life of a node that does not answer the process.
   *
   * @param node the node's permanent id
   * @param boot the boot id of the life
   * @param lasts how long it had not when the document was written, milliseconds
   */
  public record Unanswered(String node, String boot, long lasts) {
    /** A life that has not answered for so long. */
    public static Unanswered of(NodeIdentity life, Duration lasts) {
      return new Unanswered(life.nodeId(), life.bootId(), lasts.toMillis());
    }

    /** Whether this is the life that is meant. */
    public boolean is(NodeIdentity life) {
      return node.equals(life.nodeId()) && boot.equals(life.bootId());
    }
  }

  public ProcessDocument {
    if (id.isEmpty() || repaired < 0 || repairedBytes < 0 || lately < 0) {
      throw new IllegalArgumentException(
          "process '%s' that repaired %d extents, %d bytes in %d ms, expected a name and no negative number"
              .formatted(id, repaired, repairedBytes, lately));
    }
    unanswered = List.copyOf(unanswered);
  }

  /** What the repair says of itself. */
  public ProcessDocument(
      String id, long seen, boolean repairs, long repaired, long repairedBytes, long lately) {
    this(id, seen, repairs, repaired, repairedBytes, lately, false, "", List.of());
  }

  /** An observer of the nodes. */
  public static ProcessDocument observer(
      String id, long seen, String held, List<Unanswered> unanswered) {
    return new ProcessDocument(id, seen, false, 0, 0, 0, true, held, unanswered);
  }
}

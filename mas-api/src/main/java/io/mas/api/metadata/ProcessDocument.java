package io.mas.api.metadata;

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
 */
public record ProcessDocument(
    String id,
    long seen,
    boolean repairs,
    long repaired,
    long repairedBytes,
    long lately,
    boolean observes,
    String held) {
  public ProcessDocument {
    if (id.isEmpty() || repaired < 0 || repairedBytes < 0 || lately < 0) {
      throw new IllegalArgumentException(
          "process '%s' that repaired %d extents, %d bytes in %d ms, expected a name and no negative number"
              .formatted(id, repaired, repairedBytes, lately));
    }
  }

  /** What the repair says of itself. */
  public ProcessDocument(
      String id, long seen, boolean repairs, long repaired, long repairedBytes, long lately) {
    this(id, seen, repairs, repaired, repairedBytes, lately, false, "");
  }

  /** An observer of the nodes. */
  public static ProcessDocument observer(String id, long seen, String held) {
    return new ProcessDocument(id, seen, false, 0, 0, 0, true, held);
  }
}

package io.mas.common.object;

/**
 * The id of an extent: the part it belongs to and its place in that part.
 *
 * @param part the part
 * @param ordinal 0 for the part's first extent
 */
public record ExtentId(PartId part, int ordinal) implements Comparable<ExtentId> {
  public ExtentId {
    if (ordinal < 0) {
      throw new IllegalArgumentException("extent ordinal " + ordinal + ", expected 0 or more");
    }
  }

  @Override
  public int compareTo(ExtentId other) {
    int byPart = part.compareTo(other.part);
    return byPart != 0 ? byPart : Integer.compare(ordinal, other.ordinal);
  }

  @Override
  public String toString() {
    return part + "/" + ordinal;
  }
}

package io.mas.node.web;

/**
 * What the requests of a node may use together.
 *
 * @param putBytes bytes of puts in memory
 * @param reads reads that are under way
 */
public record WebLimits(int putBytes, int reads) {
  public WebLimits {
    if (putBytes < 1 || reads < 1) {
      throw new IllegalArgumentException(
          "limits of %d bytes and %d reads, expected 1 or more".formatted(putBytes, reads));
    }
  }
}

package io.mas.node.web;

/**
 * What the internal API of a node is set up with.
 *
 * @param node name of the node in metrics
 * @param putBytes bytes of puts in memory at once
 * @param reads reads that are under way at once; half of them may be in the background
 */
public record WebSettings(String node, int putBytes, int reads) {
  public WebSettings {
    if (putBytes < 1 || reads < 2) {
      throw new IllegalArgumentException(
          "limits of %d bytes and %d reads, expected 1 and 2 or more".formatted(putBytes, reads));
    }
  }
}

package io.mas.helm;

import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** What the chart renders. */
record Rendered(List<Manifest> manifests) {
  Rendered {
    manifests = List.copyOf(manifests);
  }

  Stream<Manifest> of(String kind) {
    return manifests.stream().filter(one -> one.kind().equals(kind));
  }

  /** The one of this kind whose name ends so. */
  JsonNode one(String kind, String suffix) {
    return of(kind)
        .filter(one -> one.name().endsWith(suffix))
        .reduce(
            (first, second) -> {
              throw new AssertionError("both %s and %s".formatted(first, second));
            })
        .orElseThrow(
            () -> new AssertionError("no %s …%s among %s".formatted(kind, suffix, manifests)))
        .json();
  }

  boolean has(String kind, String suffix) {
    return of(kind).anyMatch(one -> one.name().endsWith(suffix));
  }

  /** All that are, or make, pods. */
  Stream<Manifest> pods() {
    return manifests.stream().filter(Manifest::hasPod);
  }
}

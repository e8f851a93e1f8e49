package io.mas.api.web;

import java.util.List;

/** The storage nodes that are live now; supplied by the room that knows them. Thread-safe. */
@FunctionalInterface
public interface LiveNodes {

  /** Each as {@code host:port}, in a stable order. Never blocks. */
  List<String> addresses();
}

package io.mas.node;

/** What is to be done when the volume of a running node is gone. */
@FunctionalInterface
public interface VolumeGone {
  /** Called once, on a thread of the node that must not wait for its end. */
  void gone();
}

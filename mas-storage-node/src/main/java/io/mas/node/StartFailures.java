package io.mas.node;

import io.mas.node.membership.NodeStartException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Prints why a node cannot start, and what to do about it, in place of a stack trace. */
final class StartFailures extends AbstractFailureAnalyzer<NodeStartException> {

  @Override
  protected FailureAnalysis analyze(Throwable rootFailure, NodeStartException cause) {
    return new FailureAnalysis(cause.problem(), cause.action(), cause);
  }

  /** The reason that Spring has wrapped, or what it threw. */
  static RuntimeException startFailure(RuntimeException thrown) {
    for (Throwable t = thrown; t != null; t = t.getCause()) {
      if (t instanceof NodeStartException reason) {
        return reason;
      }
    }
    return thrown;
  }
}

package io.mas.api;

import io.mas.api.nodes.UnusableKeysException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Prints why a gateway cannot start, and what to do about it, in place of a stack trace. */
final class StartFailures extends AbstractFailureAnalyzer<UnusableKeysException> {

  @Override
  protected FailureAnalysis analyze(Throwable rootFailure, UnusableKeysException cause) {
    return new FailureAnalysis(cause.problem(), cause.action(), cause);
  }
}

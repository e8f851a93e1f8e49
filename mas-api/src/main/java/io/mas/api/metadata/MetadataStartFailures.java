package io.mas.api.metadata;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Prints why the metadata cannot be used, and what to do about it, in place of a stack trace. */
final class MetadataStartFailures extends AbstractFailureAnalyzer<MetadataStartException> {

  @Override
  protected FailureAnalysis analyze(Throwable rootFailure, MetadataStartException cause) {
    return new FailureAnalysis(cause.problem(), cause.action(), cause);
  }
}

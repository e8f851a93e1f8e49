package io.mas.rabbitmq;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Prints what is wrong with the setting in place of a stack trace. */
final class RabbitUriFailures extends AbstractFailureAnalyzer<RabbitUriException> {

  @Override
  protected FailureAnalysis analyze(Throwable rootFailure, RabbitUriException cause) {
    return new FailureAnalysis(cause.problem(), RabbitUriException.action(), cause);
  }
}

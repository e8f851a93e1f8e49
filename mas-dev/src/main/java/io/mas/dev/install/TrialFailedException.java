package io.mas.dev.install;

/** The store did not do what it should; the message says what. */
final class TrialFailedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  TrialFailedException(String message) {
    super(message);
  }
}

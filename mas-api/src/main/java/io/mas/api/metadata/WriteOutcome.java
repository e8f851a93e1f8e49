package io.mas.api.metadata;

/** What became of a conditional write of one document. */
public enum WriteOutcome {
  /** It is in force, durably. */
  APPLIED,
  /** It was not applied and never will be: the condition did not hold. */
  REFUSED,
  /**
   * It may have been applied: there was no definite answer, or it was sent more than once and the
   * last answer was a refusal. What it wrote must not be taken back; read again to know.
   */
  UNKNOWN
}

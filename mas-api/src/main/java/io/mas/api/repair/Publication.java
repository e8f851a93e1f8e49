package io.mas.api.repair;

import io.mas.api.metadata.ExtentDocument;

/** What became of a change. */
sealed interface Publication {
  /** It is in force; the document may have changed further. */
  record InForce(ExtentDocument extent) implements Publication {}

  /**
   * Others were quicker, or nothing is known.
   *
   * @param certain whether it never will be in force, so that nobody names what was written for it
   */
  record NotInForce(boolean certain) implements Publication {}
}

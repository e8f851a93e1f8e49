package io.mas.api.web;

import io.mas.api.token.TokenGrant;

/**
 * A token in use by one request; closing it ends the use.
 *
 * @param grant what the token allows
 * @param end ends the use
 */
record TokenUse(TokenGrant grant, Runnable end) implements AutoCloseable {

  @Override
  public void close() {
    end.run();
  }
}

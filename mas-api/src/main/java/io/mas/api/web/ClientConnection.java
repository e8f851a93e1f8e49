package io.mas.api.web;

import java.io.InputStream;

/**
 * What a request may do to the connection that it came on, beyond what the servlet API offers.
 * {@link #cut} may be called by any thread, the others by the request's own.
 */
interface ClientConnection {

  /** The attribute of a request that holds its connection. */
  String ATTRIBUTE = ClientConnection.class.getName();

  /** A connection that nothing can be done to, where there is no Tomcat below. */
  ClientConnection NONE =
      new ClientConnection() {
        @Override
        public void abort() {}

        @Override
        public InputStream rest() {
          return InputStream.nullInputStream();
        }

        @Override
        public void leaveBody() {}

        @Override
        public void cut() {}
      };

  /** Ends the answer at once: nothing more is written, so that the client sees it end too early. */
  void abort();

  /** What is left of the request's body, to be dropped; also when the answer is complete. */
  InputStream rest();

  /** Has the rest of the request's body left unread; the connection is closed after the answer. */
  void leaveBody();

  /** Closes the socket under a request that is blocked in it. */
  void cut();
}

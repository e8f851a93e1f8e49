package io.mas.dev.server;

import java.util.List;

/**
 * A server on the loopback interface with data in a directory of its own. It keeps its address over
 * restarts, so that clients find it again. Thread-safe.
 */
public interface Server extends AutoCloseable {

  /** How clients reach it, such as {@code redis://127.0.0.1:6379}. */
  String uri();

  /** The processes that it consists of since its last start; none before the first. */
  List<ServerProcess> processes();

  /** Starts it, if it does not run, on the data there are; it answers when this returns. */
  void start();

  /** Stops it cleanly, if it runs. */
  void stop();

  /** Ends it at once, as a crash does (SIGKILL). */
  void kill();

  /** Lets it hang: connections stay, nothing is answered (SIGSTOP). */
  void suspend();

  /** Lets it go on after {@link #suspend}. */
  void resume();

  /** Stops it for good. */
  @Override
  default void close() {
    stop();
  }
}

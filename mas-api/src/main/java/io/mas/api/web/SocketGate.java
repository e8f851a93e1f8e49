package io.mas.api.web;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import org.jspecify.annotations.Nullable;

/**
 * Knows whether a request's thread is blocked in its socket, so that another thread can end it
 * there and nowhere else. The interrupt wakes Tomcat's wait, which then finds the socket closed; it
 * never reaches code outside {@link #enter} and {@link #exit}.
 */
final class SocketGate {
  private final ClientConnection connection;

  @GuardedBy("this")
  private @Nullable Thread inside;

  @GuardedBy("this")
  private boolean cut;

  SocketGate(ClientConnection connection) {
    this.connection = connection;
  }

  synchronized void enter() {
    inside = Thread.currentThread();
  }

  synchronized void exit() {
    inside = null;
    if (cut) {
      var _ = Thread.interrupted();
    }
  }

  /** Closes the socket and wakes the thread that is blocked in it, if one is. */
  synchronized void cut() {
    cut = true;
    connection.cut();
    if (inside != null) {
      inside.interrupt();
    }
  }
}

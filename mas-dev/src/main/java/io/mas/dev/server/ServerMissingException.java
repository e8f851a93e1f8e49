package io.mas.dev.server;

/** A server is not installed on this machine; the message says how to get it. */
public final class ServerMissingException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /**
   * @param server its name
   * @param action what the user may do about it
   */
  public ServerMissingException(String server, String action) {
    super("%s is not on this machine. %s".formatted(server, action));
  }
}

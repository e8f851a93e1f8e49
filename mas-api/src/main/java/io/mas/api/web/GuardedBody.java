package io.mas.api.web;

import java.io.IOException;
import java.io.InputStream;

/**
 * A request's body that a client cannot hold open: it has to come at the least rate, and ends when
 * the request's token does. A client that is cut short or too slow is an IOException. Used by one
 * thread.
 */
final class GuardedBody extends InputStream {
  private final InputStream in;
  private final SocketGate gate;
  private final Pace pace;
  private final Runnable requireLive;
  private long count;
  private boolean touched;
  private boolean finished;
  private boolean broken;

  GuardedBody(InputStream in, SocketGate gate, Pace pace, Runnable requireLive) {
    this.in = in;
    this.gate = gate;
    this.pace = pace;
    this.requireLive = requireLive;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    requireLive.run();
    touched = true;
    long start = pace.start();
    int n = readThroughGate(bytes, offset, length);
    if (n < 0) {
      finished = true;
      return n;
    }
    count += n;
    if (!pace.moved(start, n)) {
      broken = true;
      throw new IOException("the body came too slowly");
    }
    return n;
  }

  private int readThroughGate(byte[] bytes, int offset, int length) throws IOException {
    gate.enter();
    try {
      return in.read(bytes, offset, length);
    } catch (IOException e) {
      broken = true;
      requireLive.run();
      throw e;
    } finally {
      gate.exit();
    }
  }

  /** Bytes read so far. */
  long count() {
    return count;
  }

  /** Whether anything was read, which is when a client that waits for it is asked to send. */
  boolean touched() {
    return touched;
  }

  /** Whether the end of the body was seen. */
  boolean finished() {
    return finished;
  }

  /** Whether no more can be had. */
  boolean broken() {
    return broken;
  }
}

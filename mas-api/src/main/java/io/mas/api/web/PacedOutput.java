package io.mas.api.web;

import java.io.IOException;
import java.io.OutputStream;

/**
 * An answer's body that a client cannot hold open: it has to take it at the least rate, and it ends
 * when the request's token does. Used by one thread.
 */
final class PacedOutput extends OutputStream {
  /** Small enough that a slow client is noticed within a few seconds of the least rate. */
  private static final int PIECE_BYTES = 64 * 1024;

  private final OutputStream out;
  private final SocketGate gate;
  private final Pace pace;
  private final Runnable requireLive;
  private long count;
  private boolean broken;

  PacedOutput(OutputStream out, SocketGate gate, Pace pace, Runnable requireLive) {
    this.out = out;
    this.gate = gate;
    this.pace = pace;
    this.requireLive = requireLive;
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    int done = 0;
    while (done < length) {
      int piece = Math.min(PIECE_BYTES, length - done);
      writePiece(bytes, offset + done, piece);
      done += piece;
    }
  }

  private void writePiece(byte[] bytes, int offset, int length) throws IOException {
    requireLive.run();
    long start = pace.start();
    gate.enter();
    try {
      out.write(bytes, offset, length);
    } catch (IOException e) {
      broken = true;
      throw e;
    } finally {
      gate.exit();
    }
    count += length;
    if (!pace.moved(start, length)) {
      broken = true;
      throw new IOException("the client takes the body too slowly");
    }
  }

  @Override
  public void flush() throws IOException {
    gate.enter();
    try {
      out.flush();
    } catch (IOException e) {
      broken = true;
      throw e;
    } finally {
      gate.exit();
    }
  }

  /** Bytes written so far. */
  long count() {
    return count;
  }

  /** Whether the client went away or was too slow. */
  boolean broken() {
    return broken;
  }
}

package io.mas.standalone.chaos;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** One direction of all connections of a link. Thread-safe. */
final class Lane {
  private static final int PIECE = 64 << 10;

  private final LongAdder passed = new LongAdder();
  private Traffic traffic = new Traffic.Free();

  /** From now on bytes go so, those that are held back too. */
  synchronized void set(Traffic next) {
    traffic = next;
    notifyAll();
  }

  /** Passes on all there is, to its end, in pieces of one buffer. */
  void pump(InputStream from, OutputStream to) throws IOException, InterruptedException {
    byte[] piece = new byte[PIECE];
    for (int n = from.read(piece); n >= 0; n = from.read(piece)) {
      hold(n);
      to.write(piece, 0, n);
      passed.add(n);
    }
  }

  private synchronized void hold(int bytes) throws InterruptedException {
    long since = System.nanoTime();
    for (long left = left(bytes, since); left > 0; left = left(bytes, since)) {
      wait(TimeUnit.NANOSECONDS.toMillis(left), (int) (left % 1_000_000));
    }
  }

  private synchronized long left(int bytes, long since) {
    long all = traffic.nanos(bytes);
    return all == Traffic.FOREVER ? all : all - (System.nanoTime() - since);
  }

  /** How many bytes came through. */
  long passed() {
    return passed.sum();
  }
}

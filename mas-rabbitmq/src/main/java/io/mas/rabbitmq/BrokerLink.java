package io.mas.rabbitmq;

import com.rabbitmq.client.Connection;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A connection to the broker that is made again for ever, the first time as every other, and what
 * is done with it.
 */
abstract class BrokerLink implements AutoCloseable {
  private static final Duration MIN_PAUSE = Duration.ofMillis(200);

  /** Bounds both how late a broker that is back is found, and the load of a fleet that looks. */
  private static final Duration MAX_PAUSE = Duration.ofSeconds(3);

  /** How long a clean goodbye may take; a broker that hangs must not keep a process from ending. */
  private static final Duration GOODBYE = Duration.ofSeconds(1);

  private final String name;
  private final Broker broker;
  private final BrokerStatus status;
  private final Semaphore changes = new Semaphore(0);
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread thread;

  BrokerLink(String name, Broker broker, BrokerStatus status) {
    this.name = name;
    this.broker = broker;
    this.status = status;
    status.expect(name);
    this.thread = Thread.ofVirtual().name("mas-rabbitmq-" + name).unstarted(this::run);
  }

  /** Begins to connect; returns at once. */
  final void start() {
    thread.start();
  }

  /**
   * Uses a new connection until the link closes; calls {@link #connected} when it has done what
   * makes it useful, and {@link #awaitChange} where it waits.
   *
   * @throws IOException if the connection is lost
   */
  abstract void serve(Connection connection) throws IOException, InterruptedException;

  final void connected() {
    status.up(name);
  }

  /** Ends the next or the present {@link #awaitChange}. */
  final void changed() {
    if (changes.availablePermits() == 0) {
      changes.release();
    }
  }

  /** Waits until something has changed since the last call. */
  final void awaitChange(Connection connection) throws IOException, InterruptedException {
    changes.acquire();
    changes.drainPermits();
    if (!connection.isOpen()) {
      throw new IOException("the connection was lost", connection.getCloseReason());
    }
  }

  final boolean isClosing() {
    return closing.getCount() == 0;
  }

  private void run() {
    long pause = MIN_PAUSE.toMillis();
    while (!isClosing()) {
      long begin = System.nanoTime();
      try {
        connectAndServe();
      } catch (Exception e) { // whatever it is, the next connection may do
        if (!isClosing()) {
          status.down(name, e);
        }
      }
      boolean lasted = System.nanoTime() - begin > MAX_PAUSE.toNanos() * 2;
      pause = lasted ? MIN_PAUSE.toMillis() : Math.min(pause * 2, MAX_PAUSE.toMillis());
      pause(ThreadLocalRandom.current().nextLong(pause / 2, pause));
    }
  }

  private void connectAndServe() throws IOException, TimeoutException, InterruptedException {
    Connection connection = broker.connect(name);
    try {
      connection.addShutdownListener(_ -> changed());
      serve(connection);
      connection.close((int) GOODBYE.toMillis()); // what was sent before has arrived then
    } finally {
      connection.abort((int) GOODBYE.toMillis());
    }
  }

  private void pause(long millis) {
    try {
      boolean _ = closing.await(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException _) {
      closing.countDown(); // only close interrupts
    }
  }

  /** Begins to end the link; returns at once. */
  final void stop() {
    closing.countDown();
    changed();
  }

  /** Ends the link, cleanly if the broker answers. */
  @Override
  public final void close() {
    stop();
    try {
      if (!thread.join(GOODBYE.multipliedBy(2))) {
        thread.interrupt();
      }
    } catch (InterruptedException e) {
      thread.interrupt();
      Thread.currentThread().interrupt();
    }
  }
}

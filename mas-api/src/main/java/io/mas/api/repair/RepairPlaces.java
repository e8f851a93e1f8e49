package io.mas.api.repair;

import java.time.Duration;

/**
 * The places of repairs that run at once, one more for what no further loss may hit, and the calls
 * that there is something to repair. Who waits for a place hears a call: what has come may be more
 * urgent, and must not wait behind repairs that are held to a rate. Thread-safe.
 */
final class RepairPlaces {
  private final int usual;
  private int usualTaken;
  private boolean spareTaken;
  private boolean called;

  /** Where a repair runs. */
  enum Place {
    /** One of the usual places. */
    USUAL,
    /** The one for what is urgent. */
    SPARE,
    /** There was none free when a call came. */
    NONE
  }

  RepairPlaces(int usual) {
    this.usual = usual;
  }

  /** There is something to repair. */
  synchronized void call() {
    called = true;
    notifyAll();
  }

  /** Whether there was a call since the last one that was heard; then it is heard. */
  synchronized boolean heard() {
    boolean was = called;
    called = false;
    return was;
  }

  /** Waits for a call, which stays to be heard. */
  synchronized void awaitCall(Duration most) throws InterruptedException {
    long end = System.nanoTime() + most.toNanos();
    long left = most.toMillis();
    while (!called && left > 0) {
      wait(left);
      left = Duration.ofNanos(end - System.nanoTime()).toMillis();
    }
  }

  /** Takes a place; waits for one until there is a call, which stays to be heard. */
  synchronized Place take(boolean urgent) throws InterruptedException {
    Place place = free(urgent);
    while (place == Place.NONE && !called) {
      wait();
      place = free(urgent);
    }
    switch (place) {
      case USUAL -> usualTaken++;
      case SPARE -> spareTaken = true;
      case NONE -> {}
    }
    return place;
  }

  private Place free(boolean urgent) {
    if (usualTaken < usual) {
      return Place.USUAL;
    }
    return urgent && !spareTaken ? Place.SPARE : Place.NONE;
  }

  /** Gives a place back. */
  synchronized void leave(Place place) {
    switch (place) {
      case USUAL -> usualTaken--;
      case SPARE -> spareTaken = false;
      case NONE -> throw new IllegalArgumentException("no place was taken");
    }
    notifyAll();
  }

  /** Waits until no place is taken. */
  synchronized void awaitIdle() throws InterruptedException {
    while (usualTaken > 0 || spareTaken) {
      wait();
    }
  }
}

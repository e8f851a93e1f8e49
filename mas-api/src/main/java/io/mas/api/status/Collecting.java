package io.mas.api.status;

import io.mas.api.metadata.SweepDocument;

/**
 * How the collection of garbage stands, in all processes.
 *
 * @param stopped why the circuit breaker is open; "" if it is not
 * @param stoppedSince since when, Unix milliseconds; 0 if it is not
 * @param last the last whole sweep of the inventories
 */
public record Collecting(State state, String stopped, long stoppedSince, Sweep last) {

  /** What it does, in one word for operators. */
  public enum State {
    /** It collects. */
    ON,
    /** Its circuit breaker is open: nothing is collected until an operator confirms. */
    STOPPED,
    /** By its settings the sweeps of the inventories delete nothing. */
    DRY_RUN,
    /** By its settings it collects nothing. */
    OFF
  }

  /**
   * A sweep.
   *
   * @param ended when it ended, Unix milliseconds; 0 before the first
   * @param columns that it looked at
   * @param bytes of them
   * @param found columns and parts that it took for garbage
   * @param deleted of these: deleted, or left to the collection
   */
  public record Sweep(long ended, long columns, long bytes, long found, long deleted) {}

  static Collecting of(SweepDocument sweep) {
    SweepDocument.Last last = sweep.last();
    return new Collecting(
        state(sweep),
        sweep.breaker().stopped(),
        sweep.breaker().since(),
        new Sweep(last.ended(), last.columns(), last.bytes(), last.found(), last.deleted()));
  }

  private static State state(SweepDocument sweep) {
    if (sweep.breaker().open()) {
      return State.STOPPED;
    }
    return switch (sweep.mode()) {
      case ON -> State.ON;
      case DRY_RUN -> State.DRY_RUN;
      case OFF -> State.OFF;
    };
  }
}

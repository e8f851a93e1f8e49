package io.mas.api.garbage;

/**
 * How the collection of this process stands, for an operator.
 *
 * @param enabled whether anything is collected at all
 * @param dryRun whether the sweeps of the inventories delete nothing
 * @param stopped why the circuit breaker is open, or empty
 * @param ended when the last whole sweep of the inventories ended, Unix milliseconds; 0 before
 * @param columns that it looked at
 * @param bytes of them
 * @param found columns and parts that it took for garbage
 * @param deleted of these: deleted, or left to the collection
 */
public record GarbageStatus(
    boolean enabled,
    boolean dryRun,
    String stopped,
    long ended,
    long columns,
    long bytes,
    long found,
    long deleted) {}

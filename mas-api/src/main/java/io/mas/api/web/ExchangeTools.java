package io.mas.api.web;

import java.util.function.LongSupplier;

/**
 * What every request needs.
 *
 * @param limits its bounds
 * @param failures tells its client what went wrong
 * @param drain drops what is left of its body
 * @param log tells operators how it went
 * @param nanoTime a clock for durations, nanoseconds
 */
record ExchangeTools(
    LimitsProperties limits,
    Failures failures,
    Drain drain,
    ExchangeLog log,
    LongSupplier nanoTime) {}

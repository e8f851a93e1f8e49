package io.mas.api.status;

/**
 * A number that was counted up to a bound.
 *
 * @param number what was counted
 * @param more whether there may be more that were not looked at
 */
public record Count(long number, boolean more) {
  /** Of {@code found} things, of which at most {@code most} are told. */
  static Count of(int found, int most) {
    return new Count(Math.min(found, most), found > most);
  }

  /** Whether it is certain that there is none. */
  public boolean none() {
    return number == 0 && !more;
  }
}

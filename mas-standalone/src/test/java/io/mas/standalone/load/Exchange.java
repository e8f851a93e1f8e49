package io.mas.standalone.load;

import java.net.URI;
import java.time.Duration;

/**
 * One request and how it ended.
 *
 * @param what it was about, for people
 * @param start in nanoseconds of the load's clock
 * @param end of the last byte of the answer
 */
record Exchange(
    Operation operation, URI gateway, String what, long start, long end, Result result) {

  /**
   * How a request ended.
   *
   * @param status of HTTP, 0 if there was no answer
   * @param code of the envelope, 200 for bytes
   * @param retryAfter whether the answer says when to try again
   * @param bytes of content, either way
   * @param trouble what became of an exchange that did not come to its end, else ""
   */
  record Result(int status, int code, boolean retryAfter, long bytes, String trouble) {
    private static final String HUNG = "hung";
    private static final String BROKE_OFF = "broke off";

    /** No answer in all the time there was. */
    static Result hung() {
      return new Result(0, 0, false, 0, HUNG);
    }

    /** The connection ended before the answer did. */
    static Result brokeOff(int status) {
      return new Result(status, 0, false, 0, BROKE_OFF);
    }

    boolean isHung() {
      return trouble.equals(HUNG);
    }

    boolean isBrokenOff() {
      return trouble.equals(BROKE_OFF);
    }

    @Override
    public String toString() {
      return trouble.isEmpty()
          ? status + "/" + code
          : status == 0 ? trouble : status + " " + trouble;
    }
  }

  Duration duration() {
    return Duration.ofNanos(end - start);
  }

  @Override
  public String toString() {
    return "%s of %s through %s: %s after %d ms"
        .formatted(operation, what, gateway, result, duration().toMillis());
  }
}

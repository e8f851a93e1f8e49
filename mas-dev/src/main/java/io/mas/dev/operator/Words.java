package io.mas.dev.operator;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import tools.jackson.databind.JsonNode;

/** Figures as a person reads them. */
final class Words {
  private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
  private static final int KIB = 1024;

  private static final long MINUTE = 60;
  private static final long HOUR = 60 * MINUTE;
  private static final long DAY = 24 * HOUR;

  private Words() {}

  /** A number, which is a lower bound if the answer says so: {@code 1000 or more}. */
  static String count(JsonNode count) {
    return count.path("number").asLong() + orMore(count);
  }

  /** A number of things: {@code 1 file}, {@code 1000 or more files}. */
  static String count(JsonNode count, String noun) {
    return count.path("more").asBoolean()
        ? count(count) + " " + noun + "s"
        : of(count.path("number").asLong(), noun);
  }

  /** A number of bytes, which may be a lower bound. */
  static String byteCount(JsonNode count) {
    return bytes(count.path("number").asLong()) + orMore(count);
  }

  private static String orMore(JsonNode count) {
    return count.path("more").asBoolean() ? " or more" : "";
  }

  /** Whether it is certain that there is none. */
  static boolean none(JsonNode count) {
    return count.path("number").asLong() == 0 && !count.path("more").asBoolean();
  }

  static String bytes(long bytes) {
    double value = bytes;
    int unit = 0;
    while (value >= KIB && unit < UNITS.length - 1) {
      value /= KIB;
      unit++;
    }
    return unit == 0
        ? bytes + " B"
        : String.format(Locale.ROOT, value < 10 ? "%.1f %s" : "%.0f %s", value, UNITS[unit]);
  }

  /** Two units at most are enough to decide by. */
  static String seconds(long seconds) {
    if (seconds < 2 * MINUTE) {
      return seconds + " s";
    }
    if (seconds < 2 * HOUR) {
      return seconds / MINUTE + " min";
    }
    return seconds < 2 * DAY ? seconds / HOUR + " h" : seconds / DAY + " days";
  }

  /** How long ago it was; {@code then} and {@code now} are Unix milliseconds. */
  static String ago(long then, long now) {
    return seconds(Math.max(0, now - then) / 1000) + " ago";
  }

  /** Unix milliseconds as a time in UTC, to the second. */
  static String time(long millis) {
    return Instant.ofEpochMilli(millis).truncatedTo(ChronoUnit.SECONDS).toString();
  }

  /** {@code 1 node}, {@code 2 nodes}. */
  static String of(long number, String noun) {
    return number + " " + noun + (number == 1 ? "" : "s");
  }

  /** What others named, without what a terminal would obey. */
  static String plain(String text) {
    return text.replaceAll("\\p{C}", "?");
  }
}

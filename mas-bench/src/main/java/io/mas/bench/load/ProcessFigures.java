package io.mas.bench.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What Linux says of a process up to now.
 *
 * @param cpuSeconds user and system time of all its threads
 * @param readBytes that came from a disk, not from the page cache
 * @param writtenBytes of pages that it made dirty on a disk's file system
 * @param peakBytes the most resident memory it ever had (VmHWM)
 */
record ProcessFigures(double cpuSeconds, long readBytes, long writtenBytes, long peakBytes) {
  /** USER_HZ, which is 100 on every architecture that the JDK runs on. */
  private static final double TICKS = 100;

  /** Position of utime and stime behind the command's closing parenthesis (proc_pid_stat(5)). */
  private static final int UTIME = 11;

  /**
   * Of a process of this machine.
   *
   * @throws LoadProblem if there is none, or if it belongs to somebody else
   */
  static ProcessFigures of(long pid) {
    Path directory = Path.of("/proc", Long.toString(pid));
    try {
      return parse(
          Files.readString(directory.resolve("stat")),
          Files.readString(directory.resolve("io")),
          Files.readString(directory.resolve("status")));
    } catch (IOException e) {
      throw new LoadProblem("process %d cannot be looked at: %s".formatted(pid, e), e);
    }
  }

  /** Reads the three files of {@code /proc/PID}. */
  static ProcessFigures parse(String stat, String io, String status) {
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    long ticks = Long.parseLong(fields[UTIME]) + Long.parseLong(fields[UTIME + 1]);
    return new ProcessFigures(
        ticks / TICKS,
        number(io, "(?m)^read_bytes: (\\d+)$"),
        number(io, "(?m)^write_bytes: (\\d+)$"),
        number(status, "(?m)^VmHWM:\\s+(\\d+) kB$") << 10);
  }

  private static long number(String text, String pattern) {
    Matcher matcher = Pattern.compile(pattern).matcher(text);
    if (!matcher.find()) {
      throw new LoadProblem("/proc has no line that is %s".formatted(pattern));
    }
    return Long.parseLong(matcher.group(1));
  }
}

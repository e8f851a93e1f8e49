package io.mas.bench.load;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What was measured.
 *
 * @param load what was asked for, in words
 * @param machine what it ran on, in words
 * @param warmUp rate of each window that was thrown away, MiB/s
 * @param flat whether the rate was flat when the measurement began
 * @param exhausted whether the measurement ended early because all prepared files had been sent
 * @param server null if its process is not known
 * @param failures how often which failure happened in the whole run
 * @param readBack files downloaded and compared after the measurement
 */
public record Report(
    String load,
    String machine,
    List<Double> warmUp,
    boolean flat,
    boolean exhausted,
    Rates rates,
    Map<String, Latency> latencies,
    Cost driver,
    @Nullable Cost server,
    Map<String, Long> failures,
    long readBack) {

  /**
   * What passed in the measured window.
   *
   * @param bytes of contents, both ways
   * @param requests tokens too
   */
  public record Rates(double seconds, long bytes, long files, long requests) {
    double mibPerSecond() {
      return bytes / (double) Bytes.MIB / seconds;
    }

    double filesPerSecond() {
      return files / seconds;
    }
  }

  /**
   * What a process took for it.
   *
   * @param cpuSecondsPerGib of contents
   * @param cpuMicrosPerRequest the same time, by requests
   * @param diskBytesRead per byte of contents; what came out of the page cache is not counted
   * @param diskBytesWritten per byte of contents
   * @param peakMib the most resident memory since the process began
   */
  public record Cost(
      double cpuSeconds,
      double cpuSecondsPerGib,
      double cpuMicrosPerRequest,
      double diskBytesRead,
      double diskBytesWritten,
      double peakMib) {
    private static final double MICROS = 1e6;

    static Cost between(ProcessFigures begin, ProcessFigures end, Rates rates) {
      double seconds = end.cpuSeconds() - begin.cpuSeconds();
      double bytes = Math.max(1, rates.bytes);
      return new Cost(
          seconds,
          seconds / (bytes / Bytes.GIB),
          seconds * MICROS / Math.max(1, rates.requests),
          (end.readBytes() - begin.readBytes()) / bytes,
          (end.writtenBytes() - begin.writtenBytes()) / bytes,
          end.peakBytes() / (double) Bytes.MIB);
    }
  }

  /** The same, after so many files were read back. */
  Report withReadBack(long files) {
    return new Report(
        load, machine, warmUp, flat, exhausted, rates, latencies, driver, server, failures, files);
  }

  /** The figures as a table for people. */
  public String table() {
    StringBuilder out = new StringBuilder();
    line(out, "load        %s", load);
    line(out, "machine     %s", machine);
    line(
        out,
        "warm-up     %d windows thrown away, MiB/s %s; %s",
        warmUp.size(),
        warmUp.stream().map(rate -> String.format(Locale.ROOT, "%.0f", rate)).toList(),
        flat ? "flat: the last three are within 10 %" : "NOT FLAT within the time given");
    line(
        out,
        "measured    %.1f s: %.1f MiB/s, %.1f files/s, %d files, %d requests%s",
        rates.seconds,
        rates.mibPerSecond(),
        rates.filesPerSecond(),
        rates.files,
        rates.requests,
        exhausted ? "; ended early, all prepared files were sent" : "");
    line(out, "%-30s %8s %9s %9s %9s %9s", "ms", "count", "mean", "p50", "p99", "max");
    latencies.forEach((name, latency) -> line(out, name, latency));
    line(
        out,
        "%-10s %8s %9s %11s %13s %13s %9s",
        "process",
        "CPU s",
        "CPU s/GiB",
        "µs/request",
        "disk read/B",
        "disk write/B",
        "peak MiB");
    line(out, "driver", driver);
    if (server != null) {
      line(out, "server", server);
    }
    line(out, "read back   %d uploaded files, every byte compared", readBack);
    line(out, "failures    %s", failures.isEmpty() ? "none" : failures);
    return out.toString();
  }

  private static void line(StringBuilder out, String name, Latency of) {
    line(
        out,
        "%-30s %8d %9.2f %9.2f %9.2f %9.2f",
        name,
        of.count(),
        of.mean(),
        of.p50(),
        of.p99(),
        of.max());
  }

  private static void line(StringBuilder out, String name, Cost of) {
    line(
        out,
        "%-10s %8.2f %9.2f %11.0f %13.3f %13.3f %9.0f",
        name,
        of.cpuSeconds,
        of.cpuSecondsPerGib,
        of.cpuMicrosPerRequest,
        of.diskBytesRead,
        of.diskBytesWritten,
        of.peakMib);
  }

  @FormatMethod
  private static void line(
      StringBuilder out, @FormatString String format, @Nullable Object... values) {
    out.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}

package io.mas.bench.load;

import java.util.Locale;

/**
 * What the clients do.
 *
 * @param mode kind of requests
 * @param sizes of the files
 * @param duplicates percent of the uploads whose content was sent before
 * @param compressible percent of the other files that are log lines
 * @param chunkSize bytes, of chunked uploads
 */
record Workload(Mode mode, SizeMix sizes, double duplicates, double compressible, long chunkSize) {

  /** A kind of load. */
  enum Mode {
    /** Uploads in one request. */
    SINGLE,
    /** Uploads in chunks: init, each chunk, finish. */
    CHUNKED,
    /** Downloads of files that were stored before. */
    DOWNLOAD,
    /** Uploads in one request and downloads, equally many of each. */
    MIXED;

    static Mode parse(String text) {
      for (Mode mode : values()) {
        if (mode.toString().equals(text)) {
          return mode;
        }
      }
      throw new LoadProblem(
          "--mode is '%s', expected single, chunked, download or mixed".formatted(text));
    }

    boolean uploads() {
      return this != DOWNLOAD;
    }

    boolean downloads() {
      return this == DOWNLOAD || this == MIXED;
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  Workload {
    requirePercent("--duplicates", duplicates);
    requirePercent("--compressible", compressible);
    if (chunkSize <= 0) {
      throw new LoadProblem("--chunk-size is %d, expected more than 0".formatted(chunkSize));
    }
  }

  private static void requirePercent(String name, double value) {
    if (!(value >= 0 && value <= 100)) {
      throw new LoadProblem("%s is %s, expected 0 to 100".formatted(name, value));
    }
  }
}

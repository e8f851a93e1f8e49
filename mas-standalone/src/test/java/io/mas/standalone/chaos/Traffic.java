package io.mas.standalone.chaos;

import java.time.Duration;

/** How bytes go in one direction of a link. */
sealed interface Traffic {
  /** A pause without an end that anybody lives to see. */
  long FOREVER = Long.MAX_VALUE;

  /** How long so many bytes are held back, in nanoseconds. */
  long nanos(int bytes);

  /** As without a proxy. */
  record Free() implements Traffic {
    @Override
    public long nanos(int bytes) {
      return 0;
    }
  }

  /** Each piece, of at most 64 KiB, is late by so much; pieces wait for each other. */
  record Late(Duration by) implements Traffic {
    @Override
    public long nanos(int bytes) {
      return by.toNanos();
    }
  }

  /** Each connection is as slow as this. */
  record Slow(int bytesPerSecond) implements Traffic {
    public Slow {
      if (bytesPerSecond < 1) {
        throw new IllegalArgumentException(bytesPerSecond + " bytes a second, expected 1 or more");
      }
    }

    @Override
    public long nanos(int bytes) {
      return bytes * 1_000_000_000L / bytesPerSecond;
    }
  }

  /** Nothing comes through, and nobody is told; it comes later, if the connection lives on. */
  record Blackhole() implements Traffic {
    @Override
    public long nanos(int bytes) {
      return FOREVER;
    }
  }
}

package io.mas.bench;

import java.io.IOException;

/** Starts JMH on the benchmarks of this module, with JMH's own command line ({@code -h}). */
public final class Benchmarks {
  private Benchmarks() {}

  public static void main(String[] args) throws IOException {
    org.openjdk.jmh.Main.main(args);
  }
}

package io.mas.standalone;

import java.io.File;
import java.util.Arrays;
import java.util.stream.Collectors;

/** The classes of both services and their libraries, as the tests have them. */
public final class ServiceClassPath {
  private ServiceClassPath() {}

  /** Without the tests and the one-process form, whose logging is another. */
  public static String text() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(entry -> !entry.contains("mas-standalone" + File.separator + "target"))
        .collect(Collectors.joining(File.pathSeparator));
  }
}

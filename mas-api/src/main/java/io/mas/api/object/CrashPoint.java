package io.mas.api.object;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Named points of the paths that must survive a crash. A test starts the process with {@code
 * -Dmas.crash-at=NAME}; when the point is reached, the process says so on standard output and that
 * thread goes no further, so that the test can kill the process exactly there. Otherwise does
 * nothing.
 */
public final class CrashPoint {
  private static final @Nullable String WANTED = System.getProperty("mas.crash-at");

  private CrashPoint() {}

  /** Marks a point of a path. */
  public static void reached(String name) {
    if (name.equals(WANTED)) {
      System.out.println("MAS-CRASH-POINT " + name);
      System.out.flush();
      while (true) {
        LockSupport.park();
      }
    }
  }
}

package io.mas.common.thread;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Platform threads that leave the processors to the other threads of the process when there are not
 * enough: by setpriority(2), which is of a thread on Linux and needs no right. The JDK's own
 * priorities do nothing there but for root. On other systems they are threads like all. A thread
 * that is made by such a one is as nice, for ever: they should wake no virtual thread, for which
 * the JDK may make a carrier.
 */
public final class LowPriority {
  /** So much nicer than the process: a ninth of the weight, 1.25 for each step (sched(7)). */
  static final int NICER = 10;

  /** There is no more. */
  static final int NICEST = 19;

  private static final System.Logger LOG = System.getLogger(LowPriority.class.getName());

  // sys/resource.h
  private static final int PRIO_PROCESS = 0;
  private static final int CALLING_THREAD = 0;

  private static final Optional<Calls> CALLS = calls();
  private static final AtomicBoolean REFUSED = new AtomicBoolean();

  private LowPriority() {}

  /** The system's functions of these names. */
  private record Calls(MethodHandle getpriority, MethodHandle setpriority) {}

  private static Optional<Calls> calls() {
    var number = ValueLayout.JAVA_INT;
    return "Linux".equals(System.getProperty("os.name"))
        ? Optional.of(
            new Calls(
                call("getpriority", FunctionDescriptor.of(number, number, number)),
                call("setpriority", FunctionDescriptor.of(number, number, number, number))))
        : Optional.empty();
  }

  @SuppressWarnings("restricted") // native code of the system: every start of MAS allows it
  private static MethodHandle call(String name, FunctionDescriptor type) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), type);
  }

  /** Makes daemon threads, called {@code name} with a number. */
  public static ThreadFactory threads(String name) {
    ThreadFactory threads = Thread.ofPlatform().name(name, 0).daemon().factory();
    return task ->
        threads.newThread(
            () -> {
              CALLS.ifPresent(LowPriority::lower);
              task.run();
            });
  }

  private static void lower(Calls calls) {
    try {
      int usual = (int) calls.getpriority.invokeExact(PRIO_PROCESS, CALLING_THREAD);
      int nice = Math.min(NICEST, usual + NICER);
      int result = (int) calls.setpriority.invokeExact(PRIO_PROCESS, CALLING_THREAD, nice);
      if (result != 0 && REFUSED.compareAndSet(false, true)) {
        LOG.log(
            System.Logger.Level.WARNING,
            "threads of low priority stay at nice %d: setpriority(2)".formatted(usual));
      }
    } catch (Throwable e) {
      throw new IllegalStateException("setpriority(2) cannot be called", e);
    }
  }
}

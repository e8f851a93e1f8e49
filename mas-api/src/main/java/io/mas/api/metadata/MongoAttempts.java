package io.mas.api.metadata;

import com.mongodb.event.CommandListener;
import com.mongodb.event.CommandStartedEvent;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Counts how often the driver sends the command of a write: it sends it again by itself after a
 * network error or a change of the primary. The synchronous driver tells of a command on the thread
 * that called it, before the first byte goes out; so none told of means that none was sent.
 */
final class MongoAttempts implements CommandListener {
  private static final Set<String> WRITES = Set.of("insert", "update", "delete");
  private static final ScopedValue<AtomicInteger> COUNT = ScopedValue.newInstance();

  /** Runs a write and counts in {@code attempts} how often it is sent. */
  static <T> T counting(AtomicInteger attempts, Supplier<T> write) {
    return ScopedValue.where(COUNT, attempts).call(write::get);
  }

  @Override
  public void commandStarted(CommandStartedEvent event) {
    if (COUNT.isBound() && WRITES.contains(event.getCommandName())) {
      COUNT.get().incrementAndGet();
    }
  }
}

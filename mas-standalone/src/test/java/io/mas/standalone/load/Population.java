package io.mas.standalone.load;

import io.mas.standalone.Content;
import io.mas.standalone.load.KnownFile.State;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The files of the load: so many of each client, which others only read, and some that all change,
 * the empty file among them, which there is only once. Files that are done with are kept for the
 * last check. Thread-safe.
 */
final class Population {
  private final int perClient;
  private final int firstShared;
  private final AtomicReferenceArray<@Nullable KnownFile> slots;
  private final Queue<KnownFile> retired = new ConcurrentLinkedQueue<>();

  Population(int clients, int perClient, int shared) {
    this.perClient = perClient;
    this.firstShared = clients * perClient;
    this.slots = new AtomicReferenceArray<>(firstShared + shared);
    KnownFile empty = new KnownFile(Content.of("empty", new byte[0]));
    KnownFile.Change _ = empty.begin(State.STORED, Long.MIN_VALUE); // by a load before, perhaps
    slots.set(firstShared, empty);
  }

  /** The slots of one client. */
  int[] slotsOf(int client) {
    return IntStream.range(client * perClient, (client + 1) * perClient).toArray();
  }

  int anyShared(RandomGenerator random) {
    return random.nextInt(firstShared, slots.length());
  }

  Optional<KnownFile> at(int slot) {
    return Optional.ofNullable(slots.get(slot));
  }

  /** Puts a file in a slot; false if another one was not {@code former} there. */
  boolean replace(int slot, @Nullable KnownFile former, KnownFile fresh) {
    boolean replaced = slots.compareAndSet(slot, former, fresh);
    if (replaced && former != null) {
      retired.add(former);
    }
    return replaced;
  }

  /** Any file in use, of whomever. */
  Optional<KnownFile> any(RandomGenerator random) {
    return at(random.nextInt(slots.length()));
  }

  /** Forgets what is done with and certainly absent. */
  void forget(Predicate<KnownFile> absent) {
    retired.removeIf(absent);
  }

  /** Those that are done with and not forgotten. */
  List<KnownFile> retired() {
    return List.copyOf(retired);
  }

  /** Every file that there was and that is not forgotten. */
  List<KnownFile> all() {
    List<KnownFile> all = new ArrayList<>(retired);
    for (int slot = 0; slot < slots.length(); slot++) {
      at(slot).ifPresent(all::add);
    }
    return all;
  }
}

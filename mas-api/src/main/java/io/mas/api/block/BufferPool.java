package io.mas.api.block;

import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Off-heap buffers for blocks under way, bounded in bytes for the whole gateway. Buffers are kept
 * and reused: the first touch of a page costs more than coding it ({@code codec.md}, section 5).
 *
 * <p>Whoever holds a buffer must not wait for a second one with {@link #acquire} or {@link #await},
 * only ask with {@link #tryAcquire}: so there is always somebody who can go on. Thread-safe.
 */
public final class BufferPool implements AutoCloseable {
  private static final int UNIT = 4096;
  private static final int ALIGNMENT = 64;

  private final int units;
  private final Semaphore permits;
  private final Duration patience;
  private final Map<Integer, Deque<Chunk>> idle = new HashMap<>();
  private int idleUnits;
  private boolean closed;

  private record Chunk(Arena arena, MemorySegment memory) {}

  /**
   * @param budget bytes that all buffers together may have
   * @param patience how long {@link #acquire} waits
   */
  public BufferPool(long budget, Duration patience) {
    this.units = Math.toIntExact(budget / UNIT);
    this.permits = new Semaphore(units, true);
    this.patience = patience;
  }

  /**
   * A buffer of at least {@code bytes}, its content undefined; waits for one.
   *
   * @throws MasException TOO_MANY_REQUESTS if none is free in time
   */
  public Buffer acquire(int bytes) throws InterruptedException {
    int wanted = units(bytes);
    if (!permits.tryAcquire(wanted, patience.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new MasException(
          ErrorCode.TOO_MANY_REQUESTS,
          "no buffer of %d bytes became free within %s".formatted(bytes, patience));
    }
    return permitted(wanted);
  }

  /**
   * A buffer of at least {@code bytes}, its content undefined; waits for as long as it takes, in
   * the same queue as {@link #acquire}. For those whom the gateway has begun to serve: each holder
   * before them is bounded by time-outs and by the least rate of its client.
   */
  public Buffer await(int bytes) throws InterruptedException {
    int wanted = units(bytes);
    permits.acquire(wanted);
    return permitted(wanted);
  }

  /**
   * A further buffer of at least {@code bytes}, if half the budget stays free and nobody waits:
   * whoever asks for a second must not pass those who wait for their first, and clients that are
   * slow with several buffers must leave room for others.
   */
  public Optional<Buffer> tryAcquire(int bytes) {
    int wanted = units(bytes);
    boolean spare = permits.availablePermits() - wanted >= units / 2;
    return spare && !permits.hasQueuedThreads() && permits.tryAcquire(wanted)
        ? Optional.of(permitted(wanted))
        : Optional.empty();
  }

  /** Takes memory for which there are permits; gives them back if there is no memory. */
  private Buffer permitted(int size) {
    boolean taken = false;
    try {
      Buffer buffer = take(size);
      taken = true;
      return buffer;
    } finally {
      if (!taken) {
        permits.release(size);
      }
    }
  }

  /** Bytes in buffers that are held now. */
  public long heldBytes() {
    return (long) (units - permits.availablePermits()) * UNIT;
  }

  private int units(int bytes) {
    int wanted = (bytes + UNIT - 1) / UNIT;
    if (wanted > units) {
      throw new MasException(
          ErrorCode.CONFIGURATION_UNREADABLE,
          "a buffer of %d bytes, more than the whole budget of %d"
              .formatted(bytes, (long) units * UNIT));
    }
    return wanted;
  }

  private synchronized Buffer take(int size) {
    Deque<Chunk> same = idle.get(size);
    Chunk chunk = same == null ? null : same.pollLast();
    if (chunk != null) {
      idleUnits -= size;
    } else {
      trim(units); // this buffer's permits are among the held
      Arena arena = Arena.ofShared();
      chunk = new Chunk(arena, arena.allocate((long) size * UNIT, ALIGNMENT));
    }
    return new Buffer(size, chunk);
  }

  /** Frees idle buffers until at most {@code most} units are idle. */
  private void trim(int most) {
    int held = units - permits.availablePermits();
    for (Deque<Chunk> chunks : idle.values()) {
      while (held + idleUnits > most && !chunks.isEmpty()) {
        Chunk chunk = chunks.pollFirst();
        idleUnits -= (int) (chunk.memory.byteSize() / UNIT);
        chunk.arena.close();
      }
    }
  }

  private synchronized void give(int size, Chunk chunk) {
    if (closed) {
      chunk.arena.close();
    } else {
      idle.computeIfAbsent(size, s -> new ArrayDeque<>()).addLast(chunk);
      idleUnits += size;
    }
    permits.release(size);
  }

  @Override
  public synchronized void close() {
    closed = true;
    trim(Integer.MIN_VALUE);
  }

  /**
   * A buffer with several holders: it goes back when the last one has released it. Nobody may touch
   * the memory afterwards.
   */
  public final class Buffer {
    private final int size;
    private final Chunk chunk;
    private final AtomicInteger holders = new AtomicInteger(1);

    private Buffer(int size, Chunk chunk) {
      this.size = size;
      this.chunk = chunk;
    }

    /**
     * The memory.
     *
     * @throws IllegalStateException if nobody holds the buffer any more
     */
    public MemorySegment memory() {
      if (holders.get() < 1) {
        throw new IllegalStateException("buffer used after its release");
      }
      return chunk.memory;
    }

    /** Adds a holder. */
    public Buffer retain() {
      if (holders.getAndUpdate(n -> n < 1 ? n : n + 1) < 1) {
        throw new IllegalStateException("buffer retained after its release");
      }
      return this;
    }

    /** Ends one holder's hold. */
    public void release() {
      int held = holders.getAndUpdate(n -> n < 1 ? n : n - 1);
      if (held < 1) {
        throw new IllegalStateException("buffer released more often than held");
      }
      if (held == 1) {
        give(size, chunk);
      }
    }
  }
}

package io.mas.standalone.load;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/** When a test took what away, and which failures that excuses. Thread-safe. */
public final class Outages {
  /** How long a file may be served from the cache while the database is away. */
  static final Duration STALENESS = Duration.ofSeconds(60);

  private final LongSupplier nanoTime;
  private final Duration recovery;
  private final List<Outage> all = new CopyOnWriteArrayList<>();

  /**
   * @param recovery after the end of an outage everything is to be normal within this
   */
  Outages(LongSupplier nanoTime, Duration recovery) {
    this.nanoTime = nanoTime;
    this.recovery = recovery;
  }

  /** From now on this is down, or about to be; ending what is returned says that it runs again. */
  public Outage begin(Down down) {
    return begin(down, gateway -> true);
  }

  /** The same of one gateway: those of others break no connections. */
  public Outage begin(Down down, URI gateway) {
    return begin(down, gateway::equals);
  }

  private Outage begin(Down down, Predicate<URI> gateways) {
    Outage begun = new Outage(down, gateways, nanoTime.getAsLong());
    all.add(begun);
    return begun;
  }

  /** Whether a failed exchange is explained by an outage, which then counts it. */
  boolean excuse(Exchange exchange) {
    Optional<Outage> outage =
        all.stream().filter(o -> o.touches(exchange) && o.explains(exchange)).findFirst();
    outage.ifPresent(o -> o.failed(exchange));
    return outage.isPresent();
  }

  /**
   * The earliest time whose state of a file may be told by an exchange that began at {@code start}.
   */
  long truthFrom(long start, long end) {
    boolean stale = all.stream().anyMatch(o -> o.down.servesStale() && o.touches(start, end));
    return stale ? start - STALENESS.toNanos() : start;
  }

  /** Fails if an outage, or the recovery from one, is not over. */
  void requireNone() {
    long now = nanoTime.getAsLong();
    List<Outage> left = all.stream().filter(outage -> outage.touches(now, now)).toList();
    if (!left.isEmpty()) {
      throw new IllegalStateException("not over yet: " + left);
    }
  }

  List<Outage> all() {
    return all;
  }

  /** One of them. */
  public final class Outage {
    private final Down down;
    private final Predicate<URI> gateways;
    private final long begin;
    private volatile long end = Long.MAX_VALUE;
    private final Map<String, LongAdder> failures = new ConcurrentHashMap<>();
    private final AtomicLong lastFailure;

    private Outage(Down down, Predicate<URI> gateways, long begin) {
      this.down = down;
      this.gateways = gateways;
      this.begin = begin;
      this.lastFailure = new AtomicLong(begin);
    }

    private boolean touches(Exchange exchange) {
      return touches(exchange.start(), exchange.end());
    }

    private boolean touches(long from, long to) {
      return to >= begin && (end == Long.MAX_VALUE || from <= end + recovery.toNanos());
    }

    private boolean explains(Exchange exchange) {
      Exchange.Result result = exchange.result();
      if (result.isBrokenOff()) {
        boolean breaks = result.status() == 0 ? down.breaksConnections() : down.breaksDownloads();
        return breaks && gateways.test(exchange.gateway());
      }
      return down.explains(result.status(), result.code());
    }

    private void failed(Exchange exchange) {
      failures.computeIfAbsent(exchange.result().toString(), name -> new LongAdder()).increment();
      lastFailure.accumulateAndGet(exchange.end(), Math::max);
    }

    /** It runs again. */
    public void end() {
      end = nanoTime.getAsLong();
    }

    /** How many failures it has explained. */
    public long failures() {
      return failures.values().stream().mapToLong(LongAdder::sum).sum();
    }

    /** How long after its end the last failure was; zero if none came after it. */
    public Duration recovery() {
      return Duration.ofNanos(Math.max(0, lastFailure.get() - end));
    }

    @Override
    public String toString() {
      return "%-9s down for %5.1f s, normal after %4.1f s, failures %s"
          .formatted(
              down, (end - begin) / 1e9, recovery().toMillis() / 1e3, new TreeMap<>(failures));
    }
  }
}

package io.mas.api.token;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.MaintNotificationsConfig;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SslOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.Delay;
import io.mas.common.error.MasException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way to Redis. One thread makes the connections, looks after them, and makes them again when
 * they break, or when no answer comes though nothing is broken (a server that hangs, a network that
 * swallows packets); with sentinels it then asks them anew who is primary. Meanwhile every request
 * is refused at once. Nothing is sent twice. Thread-safe.
 */
final class RedisLink implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RedisLink.class);

  /** How often it tries to connect, and looks whether connections are lost. */
  private static final Duration TICK = Duration.ofMillis(200);

  private static final Duration GREETING = Duration.ofSeconds(1);

  /** Between two signs of life. */
  private static final Duration CHECK = Duration.ofSeconds(1);

  /** So many checks in a row fail before connections are given up: one is a hiccup. */
  private static final int STRIKES = 2;

  /** Between two log lines that say the same trouble. */
  private static final Duration REMINDER = Duration.ofSeconds(10);

  /** Commands under way on a connection; a gateway has 512 requests under way. */
  private static final int MOST_UNDER_WAY = 4096;

  /** Between two attempts of Lettuce to reconnect to a server of a cluster. */
  private static final Duration LONGEST_PAUSE = Duration.ofMillis(500);

  private static final Duration LONGEST_CLOSE = Duration.ofSeconds(1);

  private final RedisAddress address;
  private final Duration timeout;
  private final SslOptions ssl;
  private final ClientResources resources;
  private final ScheduledExecutorService watcher =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("redis-link").factory());

  private volatile @Nullable RedisConnections connections;
  private volatile Exception trouble = new RedisException("not connected yet");

  // Of the watching thread.
  private int strikes;
  private long checked;
  private long told = System.nanoTime() - REMINDER.toNanos();

  /**
   * Connects, unless that takes long; then it goes on trying.
   *
   * @param ssl for {@code rediss}
   */
  RedisLink(RedisProperties properties, SslOptions ssl, ClientResources.Builder resources) {
    this.address = properties.address();
    this.timeout = properties.timeout();
    this.ssl = ssl;
    this.resources =
        resources
            .reconnectDelay(
                Delay.exponential(Duration.ofMillis(10), LONGEST_PAUSE, 2, TimeUnit.MILLISECONDS))
            .build();
    this.address.servers().forEach(RedisLink::limit);
    watch();
    var _ =
        watcher.scheduleWithFixedDelay(
            this::watch, TICK.toMillis(), TICK.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** This is the time limit of greetings; no request waits for one longer than for commands. */
  private static void limit(RedisURI uri) {
    uri.setTimeout(GREETING);
    uri.getSentinels().forEach(sentinel -> sentinel.setTimeout(GREETING));
  }

  private ClientOptions options() {
    return ClientOptions.builder()
        .autoReconnect(false)
        .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
        .replayFilter(_ -> true)
        .requestQueueSize(MOST_UNDER_WAY)
        .maintNotificationsConfig(MaintNotificationsConfig.disabled())
        .socketOptions(SocketOptions.builder().connectTimeout(GREETING).keepAlive(true).build())
        .sslOptions(ssl)
        .timeoutOptions(TimeoutOptions.enabled(timeout))
        .build();
  }

  /**
   * What there is to send commands on.
   *
   * @throws MasException TOKEN_STORE_UNREACHABLE, TOKEN_STORE_REFUSED
   */
  RedisConnections connections() {
    RedisConnections open = connections;
    if (open == null) {
      throw RedisCall.failure(trouble);
    }
    return open;
  }

  /** Why there are no connections, or null if there are. */
  @Nullable String trouble() {
    return connections == null ? describe(trouble) : null;
  }

  private static String describe(Exception failure) {
    return String.valueOf(RedisCall.root(failure).getMessage());
  }

  private void watch() {
    try {
      RedisConnections open = connections;
      if (open == null) {
        connect();
      } else {
        check(open);
      }
    } catch (RuntimeException e) {
      LOG.error("Redis {} cannot be looked after, trying again", address, e);
    }
  }

  private void connect() {
    try {
      RedisConnections made = open();
      try {
        new RedisCall(timeout).await(made.check());
      } catch (RedisException e) {
        close(made);
        throw e;
      }
      strikes = 0;
      checked = System.nanoTime();
      connections = made;
      LOG.info("Redis {} is connected", address);
    } catch (RedisException e) {
      down(e);
    }
  }

  private RedisConnections open() {
    return address.cluster()
        ? ClusterConnections.open(resources, options(), address.servers())
        : ServerConnections.open(resources, options(), address.servers().getFirst());
  }

  private void down(RedisException failure) {
    trouble = failure;
    if (System.nanoTime() - told >= REMINDER.toNanos()) {
      told = System.nanoTime();
      LOG.warn(
          "Redis {} cannot be used, tokens are answered {} until it can; trying again: {}",
          address,
          RedisCall.failure(failure).code().code(),
          describe(failure));
    }
  }

  private void check(RedisConnections open) {
    if (open.lost()) {
      drop(open, new RedisException("the connection was lost"));
    } else if (System.nanoTime() - checked >= CHECK.toNanos()) {
      askForLife(open);
    }
  }

  private void askForLife(RedisConnections open) {
    try {
      new RedisCall(timeout).await(open.check());
      strikes = 0;
      checked = System.nanoTime();
    } catch (RedisException e) {
      strikes++;
      if (strikes >= STRIKES) {
        drop(open, e);
      }
    }
  }

  private void drop(RedisConnections open, RedisException why) {
    trouble = why;
    connections = null;
    close(open);
    told = System.nanoTime() - REMINDER.toNanos();
    down(why);
  }

  @Override
  public void close() {
    watcher.close();
    RedisConnections open = connections;
    connections = null;
    if (open != null) {
      close(open);
    }
    resources.shutdown(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(1, TimeUnit.SECONDS);
  }

  private static void close(RedisConnections open) {
    try {
      new RedisCall(LONGEST_CLOSE).await(open.close());
    } catch (RedisException e) {
      LOG.debug("connections to Redis did not close", e);
    }
  }
}

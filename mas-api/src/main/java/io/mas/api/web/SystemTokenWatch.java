package io.mas.api.web;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the systemTokens as their source tells them, without a restart. What cannot be understood
 * changes nothing, and is logged.
 */
final class SystemTokenWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SystemTokenWatch.class);

  /** Between two looks at the file; a change is to have its effect within 10 s. */
  static final Duration PERIOD = Duration.ofSeconds(2);

  private final SystemTokenSource source;
  private final SystemTokens tokens;
  private final ScheduledExecutorService watcher =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("system-tokens").factory());

  // Of the watching thread.
  private byte[] seen;
  private String refusal = "";

  /**
   * Applies what the source tells now, and from now on whatever it tells.
   *
   * @throws IllegalArgumentException if that cannot be understood now
   */
  SystemTokenWatch(SystemTokenSource source, SystemTokens tokens, Duration period) {
    this.source = source;
    this.tokens = tokens;
    this.seen = source.content();
    apply(seen);
    if (source.file() != null) {
      var _ =
          watcher.scheduleWithFixedDelay(
              this::look, period.toMillis(), period.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private void apply(byte[] content) {
    List<SystemToken> told = source.tokens(content);
    tokens.replace(told);
    LOG.info("systemTokens: {}", told.stream().map(SystemToken::id).toList());
  }

  private void look() {
    try {
      byte[] content = source.content();
      if (!Arrays.equals(content, seen)) {
        seen = content;
        apply(content);
      }
      refusal = "";
    } catch (RuntimeException e) {
      refuse(String.valueOf(e.getMessage()));
    }
  }

  private void refuse(String why) {
    if (!why.equals(refusal)) {
      LOG.error("systemTokens stay as they were: {}", why);
      refusal = why;
    }
  }

  @Override
  public void close() {
    watcher.shutdownNow();
  }
}

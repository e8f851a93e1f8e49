package io.mas.rabbitmq;

import com.rabbitmq.client.ShutdownSignalException;
import io.mas.common.error.ErrorCode;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How the links to the broker stand, for the log and for health. Thread-safe. */
final class BrokerStatus {
  private static final Logger LOG = LoggerFactory.getLogger(BrokerStatus.class);

  /** How often the log says that the broker is still away. */
  private static final Duration REPEAT = Duration.ofSeconds(10);

  private final String broker;
  private final Map<String, Failure> failures = new ConcurrentHashMap<>();
  private final Seldom seldom = new Seldom(REPEAT);

  BrokerStatus(String broker) {
    this.broker = broker;
  }

  /**
   * Why a link is down.
   *
   * @param code BROKER_BIND_FAILED if the broker answers, but refuses; else BROKER_CONNECT_FAILED
   */
  record Failure(ErrorCode code, String reason) {
    static Failure of(Throwable thrown) {
      String reason = thrown.toString();
      for (Throwable t = thrown; t != null; t = t.getCause()) {
        reason = t.getMessage() == null ? reason : t.getMessage();
        if (t instanceof ShutdownSignalException signal && !signal.isHardError()) {
          // The channel was closed, not the connection: a declaration, binding or right is refused.
          return new Failure(ErrorCode.BROKER_BIND_FAILED, reason);
        }
      }
      return new Failure(ErrorCode.BROKER_CONNECT_FAILED, reason);
    }
  }

  /** The broker, without credentials. */
  String broker() {
    return broker;
  }

  /** From now on there is a link of this name, which is not up yet. */
  void expect(String link) {
    failures.put(link, new Failure(ErrorCode.BROKER_CONNECT_FAILED, "not connected yet"));
  }

  void down(String link, Throwable cause) {
    Failure failure = Failure.of(cause);
    failures.put(link, failure);
    if (seldom.now()) {
      LOG.warn(
          "RabbitMQ at {} cannot be used ({}: {}); going on without it, trying again",
          broker,
          failure.code().code(),
          failure.reason());
    }
  }

  void up(String link) {
    failures.remove(link);
    LOG.info("{} connected to RabbitMQ at {}", link, broker);
  }

  /** Why links are down, by their names; empty if all are up. */
  Map<String, Failure> failures() {
    return Map.copyOf(failures);
  }
}

package io.mas.api.web;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Bounds of the public HTTP API, {@code mas.limits}; the defaults are the contract's. The sizes of
 * chunks and files are the upload room's ({@code mas.upload}), those of headers Tomcat's ({@code
 * server.max-http-request-header-size}), as is the time that a connection may be idle ({@code
 * server.tomcat.connection-timeout}).
 *
 * @param requests requests under way on this gateway
 * @param requestsPerToken requests under way with one temporary token
 * @param tokenRequestsPerSecond token requests of one systemToken in a second
 * @param ranges the most ranges that one download may ask for
 * @param minRate the fewest bytes a second that a client may send or take, on average over {@code
 *     rateWindow} of waiting for it
 * @param rateWindow how long a client may stay below {@code minRate}
 * @param drainTime how long the rest of an unwanted body is read and dropped
 * @param drainRate the most bytes a second that are read to be dropped
 * @param drains how many bodies are dropped at once; beyond, the connection is closed
 */
@ConfigurationProperties("mas.limits")
public record LimitsProperties(
    @DefaultValue("512") int requests,
    @DefaultValue("8") int requestsPerToken,
    @DefaultValue("1000") int tokenRequestsPerSecond,
    @DefaultValue("16") int ranges,
    @DefaultValue("16KB") DataSize minRate,
    @DefaultValue("30s") Duration rateWindow,
    @DefaultValue("60s") Duration drainTime,
    @DefaultValue("64MB") DataSize drainRate,
    @DefaultValue("256") int drains) {

  public LimitsProperties {
    requirePositive("requests", requests);
    requirePositive("requests-per-token", requestsPerToken);
    requirePositive("token-requests-per-second", tokenRequestsPerSecond);
    requirePositive("ranges", ranges);
    requirePositive("rate-window", rateWindow.toNanos());
    requirePositive("drain-time", drainTime.toNanos());
    requirePositive("drain-rate", drainRate.toBytes());
    requirePositive("drains", drains);
  }

  private static void requirePositive(String name, long value) {
    if (value <= 0) {
      throw new IllegalArgumentException(
          "mas.limits.%s is %d, expected more than 0".formatted(name, value));
    }
  }
}

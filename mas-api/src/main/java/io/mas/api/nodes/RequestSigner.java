package io.mas.api.nodes;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.mas.common.protocol.InternalApi;
import io.mas.common.protocol.InternalKey;
import io.mas.common.protocol.InternalKeys;
import io.mas.common.protocol.SignedRequest;
import io.mas.common.protocol.SignedTime;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.regex.Pattern;
import org.apache.hc.core5.http.EntityDetails;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpMessage;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.HttpRequestInterceptor;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Signs every request to a node just before it is sent, each try with a time and a nonce of its
 * own, and keeps what is known of the nodes' clocks. Thread-safe.
 */
final class RequestSigner implements HttpRequestInterceptor {
  private static final Logger LOG = LoggerFactory.getLogger(RequestSigner.class);

  /** Addresses whose clocks are remembered; what is forgotten costs one refused request. */
  private static final int MAX_CLOCKS = 10_000;

  private static final Pattern TIME = Pattern.compile("[1-9][0-9]{0,15}");

  private final InternalKeys keys;
  private final InstantSource clock;
  private final SecureRandom random = new SecureRandom();

  /** How far the clock of a node is ahead of ours, in milliseconds, by its address. */
  private final Cache<String, Long> ahead = Caffeine.newBuilder().maximumSize(MAX_CLOCKS).build();

  RequestSigner(InternalKeys keys, InstantSource clock) {
    this.keys = keys;
    this.clock = clock;
  }

  @Override
  public void process(HttpRequest request, @Nullable EntityDetails body, HttpContext context) {
    InternalKey key = keys.first();
    SignedRequest signed =
        new SignedRequest(
            request.getMethod(),
            request.getRequestUri(),
            value(request, InternalApi.PROTOCOL),
            value(request, InternalApi.CLUSTER),
            value(request, InternalApi.NODE),
            value(request, InternalApi.COUNTER),
            body == null ? 0 : body.getContentLength(),
            value(request, InternalApi.BODY_CRC),
            "" + (clock.millis() + ahead.get(address(request), address -> 0L)),
            HexFormat.of().toHexDigits(random.nextLong()));
    request.setHeader(InternalApi.KEY, key.id());
    request.setHeader(InternalApi.TIME, signed.time());
    request.setHeader(InternalApi.NONCE, signed.nonce());
    request.setHeader(InternalApi.SIGNATURE, signed.sign(key));
  }

  /**
   * Takes over the time of a node that found a request's time too far from its own, if the answer
   * is signed for exactly this request; then the request is worth a second try.
   */
  boolean followClock(HttpRequest sent, HttpResponse answer) {
    String time = value(answer, InternalApi.TIME);
    boolean genuine =
        TIME.matcher(time).matches()
            && keys.find(value(answer, InternalApi.KEY))
                .filter(
                    key ->
                        new SignedTime(Long.parseLong(time), value(sent, InternalApi.NONCE))
                            .signedBy(key, value(answer, InternalApi.SIGNATURE)))
                .isPresent();
    if (genuine) {
      long millis = Long.parseLong(time) - clock.millis();
      ahead.put(address(sent), millis);
      LOG.warn("the clock of node {} is {} ms ahead of ours", address(sent), millis);
    }
    return genuine;
  }

  /** What to tell the operator of a node that does not trust what was signed. */
  String advice() {
    return "every gateway and node needs the same %s, this gateway signs by %s"
        .formatted(InternalKeys.SETTING, keys.first());
  }

  private static String address(HttpRequest request) {
    return String.valueOf(request.getAuthority());
  }

  private static String value(HttpMessage message, String header) {
    Header found = message.getFirstHeader(header);
    return found == null ? "" : found.getValue();
  }
}

package io.mas.api.web;

import io.mas.common.object.ObjectHash;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * A request of a business backend. What it changes is told to the logger {@code mas.audit}, a line
 * for each change, done or not. Values are made of letters, digits and {@code .:_-} only, so that
 * no client can forge a line, and none is a secret.
 *
 * @param id of the systemToken
 */
record BackendCall(String id, HttpServletRequest request) {
  private static final Logger AUDIT = LoggerFactory.getLogger("mas.audit");

  /** Of the SHA-256 of a token, enough to tell tokens apart. */
  private static final int FINGERPRINT_BYTES = 8;

  /** Changes something about the whole store. */
  <T> T change(String what, Supplier<T> change) {
    return audited(what, Map.of(), change);
  }

  /** Changes something about a file. */
  <T> T change(String what, ObjectHash hash, Supplier<T> change) {
    return audited(what, Map.of("hash", hash.hex()), change);
  }

  /** Changes something about one temporary token. */
  <T> T change(String what, String token, Supplier<T> change) {
    return audited(what, Map.of("token", fingerprint(token)), change);
  }

  /** Issues a temporary token for a file, so that the line of its revocation can be found. */
  String issue(String what, ObjectHash hash, Supplier<String> issue) {
    Map<String, String> subject = new TreeMap<>(Map.of("hash", hash.hex()));
    return audited(
        what,
        subject,
        () -> {
          String token = issue.get();
          subject.put("token", fingerprint(token));
          return token;
        });
  }

  private static String fingerprint(String token) {
    return HexFormat.of().formatHex(SystemTokens.sha256(token), 0, FINGERPRINT_BYTES);
  }

  private <T> T audited(String what, Map<String, String> subject, Supplier<T> change) {
    try {
      T changed = change.get();
      write(what, subject, Envelope.SUCCESS);
      return changed;
    } catch (RuntimeException | Error e) {
      write(what, subject, Failures.failure(e).code().code());
      throw e;
    }
  }

  private void write(String what, Map<String, String> subject, int result) {
    LoggingEventBuilder line =
        AUDIT
            .atInfo()
            .addKeyValue("time", Instant.now())
            .addKeyValue("who", id)
            .addKeyValue("what", what);
    for (Map.Entry<String, String> part : subject.entrySet()) {
      line = line.addKeyValue(part.getKey(), part.getValue());
    }
    line.addKeyValue("result", result)
        .addKeyValue("client", client())
        .addKeyValue("requestId", Exchange.of(request).id())
        .log("audit");
  }

  /** Behind a proxy it is what the proxy says. */
  private String client() {
    return request.getRemoteAddr().replaceAll("[^0-9A-Za-z.:%-]", "?");
  }
}

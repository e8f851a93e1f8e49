package io.mas.api.web;

import io.mas.common.object.ObjectHash;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Instant;
import java.util.HexFormat;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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

  /** Changes something about a file. */
  <T> T change(String what, ObjectHash hash, Supplier<T> change) {
    return audited(what, "hash", hash.hex(), change);
  }

  /** Changes something about one temporary token. */
  <T> T change(String what, String token, Supplier<T> change) {
    byte[] digest = SystemTokens.sha256(token);
    String fingerprint = HexFormat.of().formatHex(digest, 0, FINGERPRINT_BYTES);
    return audited(what, "token", fingerprint, change);
  }

  private <T> T audited(String what, String key, String subject, Supplier<T> change) {
    try {
      T changed = change.get();
      write(what, key, subject, Envelope.SUCCESS);
      return changed;
    } catch (RuntimeException | Error e) {
      write(what, key, subject, Failures.failure(e).code().code());
      throw e;
    }
  }

  private void write(String what, String key, String subject, int result) {
    AUDIT
        .atInfo()
        .addKeyValue("time", Instant.now())
        .addKeyValue("who", id)
        .addKeyValue("what", what)
        .addKeyValue(key, subject)
        .addKeyValue("result", result)
        .addKeyValue("client", client())
        .addKeyValue("requestId", Exchange.of(request).id())
        .log("audit");
  }

  /** Behind a proxy it is what the proxy says. */
  private String client() {
    return request.getRemoteAddr().replaceAll("[^0-9A-Za-z.:%-]", "?");
  }
}

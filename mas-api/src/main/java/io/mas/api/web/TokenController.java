package io.mas.api.web;

import io.mas.api.token.TokenGrant;
import io.mas.api.token.TokenStore;
import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import io.mas.common.object.ObjectHash;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Issuing and revoking temporary tokens, for the backend. */
@RestController
final class TokenController {
  private final Backend backend;
  private final TokenStore tokens;

  TokenController(Backend backend, TokenStore tokens) {
    this.backend = backend;
    this.tokens = tokens;
  }

  @GetMapping("/api/token/upload")
  Envelope upload(HttpServletRequest request) {
    BackendCall call = backend.requireForToken(request);
    var parameters = new Parameters(request);
    ObjectHash hash = parameters.hash();
    OptionalLong maxSize = parameters.number("max_size");
    return issue(call, TokenGrant.upload(hash, parameters.session(), maxSize));
  }

  @GetMapping("/api/token/download")
  Envelope download(HttpServletRequest request) {
    BackendCall call = backend.requireForToken(request);
    var parameters = new Parameters(request);
    ObjectHash hash = parameters.hash();
    return issue(
        call, TokenGrant.download(hash, parameters.optionalName(), parameters.disposition()));
  }

  private Envelope issue(BackendCall call, TokenGrant grant) {
    String what = "token.issue." + grant.action().name().toLowerCase(Locale.ROOT);
    return Envelope.of(Map.of("token", call.issue(what, grant.hash(), () -> tokens.issue(grant))));
  }

  /** Revokes the token in the header; without one, all tokens of the hash. */
  @DeleteMapping("/api/token")
  Envelope revoke(HttpServletRequest request) {
    BackendCall call = backend.require(request, Scope.TOKENS);
    String token = request.getHeader("token");
    if (token == null) {
      return revokeAll(call, new Parameters(request).hash());
    }
    if (token.isBlank()) {
      // Whoever means a hash, and always sends the header, would believe that he has revoked.
      throw new MasException(ErrorCode.PARAMETER_MISSING, "the header token is empty");
    }
    return call.change("token.revoke", token, () -> revoke(token));
  }

  private Envelope revoke(String token) {
    tokens.revoke(token);
    return Envelope.of(null);
  }

  private Envelope revokeAll(BackendCall call, ObjectHash hash) {
    return call.change(
        "token.revoke.all",
        hash,
        () -> {
          tokens.revokeAll(hash);
          return Envelope.of(null);
        });
  }
}

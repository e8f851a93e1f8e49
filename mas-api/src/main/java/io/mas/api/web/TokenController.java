package io.mas.api.web;

import io.mas.api.token.TokenGrant;
import io.mas.api.token.TokenStore;
import io.mas.common.object.ObjectHash;
import jakarta.servlet.http.HttpServletRequest;
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
    backend.requireForToken(request);
    var parameters = new Parameters(request);
    ObjectHash hash = parameters.hash();
    OptionalLong maxSize = parameters.number("max_size");
    return issue(TokenGrant.upload(hash, parameters.session(), maxSize));
  }

  @GetMapping("/api/token/download")
  Envelope download(HttpServletRequest request) {
    backend.requireForToken(request);
    var parameters = new Parameters(request);
    ObjectHash hash = parameters.hash();
    return issue(TokenGrant.download(hash, parameters.optionalName(), parameters.disposition()));
  }

  private Envelope issue(TokenGrant grant) {
    return Envelope.of(Map.of("token", tokens.issue(grant)));
  }

  /** Revokes the token in the header; without one, all tokens of the hash. */
  @DeleteMapping("/api/token")
  Envelope revoke(HttpServletRequest request) {
    backend.require(request);
    String token = request.getHeader("token");
    if (token == null) {
      tokens.revokeAll(new Parameters(request).hash());
    } else {
      tokens.revoke(token);
    }
    return Envelope.of(null);
  }
}

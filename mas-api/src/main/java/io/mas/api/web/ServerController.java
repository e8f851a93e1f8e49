package io.mas.api.web;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Map;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** What the backend may ask of the cluster itself. */
@RestController
final class ServerController {
  private final Backend backend;
  private final LiveNodes nodes;

  ServerController(Backend backend, LiveNodes nodes) {
    this.backend = backend;
    this.nodes = nodes;
  }

  @GetMapping("/api/server/signal")
  Envelope signal(HttpServletRequest request) {
    backend.require(request, Scope.ADMIN);
    return Envelope.of(Map.of("ip", nodes.addresses()));
  }
}

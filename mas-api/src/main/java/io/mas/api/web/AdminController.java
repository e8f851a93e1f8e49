package io.mas.api.web;

import io.mas.api.status.FilePlaces;
import io.mas.api.status.OperatorView;
import io.mas.common.object.ObjectHash;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/** What operators may ask, and say. */
@RestController
final class AdminController {
  private final Backend backend;
  private final OperatorView operator;

  AdminController(Backend backend, OperatorView operator) {
    this.backend = backend;
    this.operator = operator;
  }

  @GetMapping("/api/admin/status")
  Envelope status(HttpServletRequest request) {
    backend.require(request, Scope.ADMIN);
    return Envelope.of(ClusterStatusView.of(operator.status()));
  }

  @PostMapping("/api/admin/garbage/confirm")
  Envelope confirmGarbage(HttpServletRequest request) {
    BackendCall call = backend.require(request, Scope.ADMIN);
    return Envelope.of(
        call.change("garbage.confirm", () -> new Confirmed(operator.confirmGarbage())));
  }

  /**
   * What came of a confirmation.
   *
   * @param confirmed whether the collection was stopped, and goes on now
   */
  record Confirmed(boolean confirmed) {}

  @GetMapping("/api/admin/file")
  Envelope file(HttpServletRequest request) {
    backend.require(request, Scope.ADMIN);
    var parameters = new Parameters(request);
    ObjectHash hash = parameters.hash();
    FilePlaces.Place from = FilePlacesView.place(parameters.cursor());
    return Envelope.of(FilePlacesView.of(operator.file(hash, from)));
  }
}

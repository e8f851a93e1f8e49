package io.mas.api.web;

import io.mas.api.object.FileInfo;
import io.mas.api.token.TokenGrant;
import io.mas.api.upload.SingleFile;
import io.mas.api.upload.Uploads;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Arrays;
import java.util.Collections;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.bind.annotation.RestController;

/** Uploads by the holder of a token: whole, or in chunks. */
@RestController
@RequestMapping("/api/file/upload")
final class UploadController {
  /** The highest number of a chunk. */
  static final int MAX_CHUNKS = 10_000;

  private final Uploads uploads;
  private final TokenUses tokens;
  private final Backend backend;
  private final UploadForms forms;

  UploadController(Uploads uploads, TokenUses tokens, Backend backend, UploadForms forms) {
    this.uploads = uploads;
    this.tokens = tokens;
    this.backend = backend;
    this.forms = forms;
  }

  @PostMapping("/single")
  Envelope single(HttpServletRequest request) {
    try (TokenUse use = begin(request)) {
      SingleFile file = uploads.single(use.grant());
      FileInfo stored = file.stored().orElseGet(() -> forms.single(request, use.grant(), file));
      return Envelope.of(FileView.of(stored));
    }
  }

  @GetMapping("/init")
  Envelope init(HttpServletRequest request) {
    var parameters = new Parameters(request);
    String name = parameters.name();
    OptionalLong size = parameters.number("size");
    OptionalInt chunks = chunks(parameters);
    try (TokenUse use = begin(request)) {
      return Envelope.of(UploadView.of(uploads.init(use.grant(), name, size, chunks)));
    }
  }

  @DeleteMapping("/init")
  Envelope abort(HttpServletRequest request) {
    try (TokenUse use = begin(request)) {
      uploads.abort(use.grant());
      return Envelope.of(null);
    }
  }

  @PostMapping("/chuck")
  Envelope chunk(HttpServletRequest request) {
    OptionalInt number = new Parameters(request).number("chuck", 1, MAX_CHUNKS);
    try (TokenUse use = begin(request)) {
      uploads.requireOpen(use.grant());
      return Envelope.of(new ChunkView(forms.chunk(request, use.grant(), number), "success"));
    }
  }

  @RequestMapping(
      path = "/finish",
      method = {RequestMethod.GET, RequestMethod.POST})
  ResponseEntity<Envelope> finish(HttpServletRequest request) {
    BackendCall call = backend.require(request, Scope.FILES);
    var parameters = new Parameters(request);
    OptionalLong size = parameters.number("size");
    OptionalInt chunks = chunks(parameters);
    try (TokenUse use = begin(request)) {
      TokenGrant grant = use.grant();
      return prefersAsync(request)
          ? accepted(
              call.change(
                  "upload.finish.async",
                  grant.hash(),
                  () -> uploads.finishAsync(grant, size, chunks)))
          : ResponseEntity.ok(
              Envelope.of(
                  FileView.of(
                      call.change(
                          "upload.finish",
                          grant.hash(),
                          () -> uploads.finish(grant, size, chunks)))));
    }
  }

  private static ResponseEntity<Envelope> accepted(FileInfo file) {
    return ResponseEntity.status(file.persistence() ? HttpStatus.OK : HttpStatus.ACCEPTED)
        .header("Preference-Applied", "respond-async")
        .body(Envelope.of(FileView.of(file)));
  }

  private TokenUse begin(HttpServletRequest request) {
    return tokens.begin(request, TokenGrant.Action.UPLOAD);
  }

  private static OptionalInt chunks(Parameters parameters) {
    return parameters.number("chunks", 0, MAX_CHUNKS);
  }

  /** RFC 7240; the header may have several preferences, in several lines. */
  private static boolean prefersAsync(HttpServletRequest request) {
    return Collections.list(request.getHeaders("Prefer")).stream()
        .flatMap(line -> Arrays.stream(line.split(",", -1)))
        .anyMatch(preference -> preference.strip().equalsIgnoreCase("respond-async"));
  }
}

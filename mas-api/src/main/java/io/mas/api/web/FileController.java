package io.mas.api.web;

import io.mas.api.object.Files;
import io.mas.common.object.ObjectHash;
import jakarta.servlet.http.HttpServletRequest;
import java.util.LinkedHashMap;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Stored files, for the backend. */
@RestController
final class FileController {
  private static final int DEFAULT_LIMIT = 100;
  private static final int MAX_LIMIT = 1000;

  private final Backend backend;
  private final Files files;

  FileController(Backend backend, Files files) {
    this.backend = backend;
    this.files = files;
  }

  @GetMapping("/api/file/info")
  Envelope info(HttpServletRequest request) {
    backend.require(request, Scope.FILES);
    return Envelope.of(FileView.of(files.info(new Parameters(request).hash())));
  }

  @DeleteMapping("/api/file")
  Envelope delete(HttpServletRequest request) {
    BackendCall call = backend.require(request, Scope.FILES);
    ObjectHash hash = new Parameters(request).hash();
    return Envelope.of(FileView.of(call.change("file.delete", hash, () -> files.delete(hash))));
  }

  @GetMapping("/api/files")
  Envelope list(HttpServletRequest request) {
    backend.require(request, Scope.FILES);
    var parameters = new Parameters(request);
    int limit = parameters.number("limit", 1, MAX_LIMIT).orElse(DEFAULT_LIMIT);
    Files.Page page = files.list(parameters.prefix(), parameters.cursor(), limit);
    var data = new LinkedHashMap<String, Object>();
    data.put("files", page.files().stream().map(FileView::of).toList());
    data.put("cursor", page.cursor().isEmpty() ? null : page.cursor());
    return Envelope.of(data);
  }
}

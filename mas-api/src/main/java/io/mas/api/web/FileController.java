package io.mas.api.web;

import io.mas.api.object.Files;
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
    backend.require(request);
    return Envelope.of(FileView.of(files.info(new Parameters(request).hash())));
  }

  @DeleteMapping("/api/file")
  Envelope delete(HttpServletRequest request) {
    backend.require(request);
    return Envelope.of(FileView.of(files.delete(new Parameters(request).hash())));
  }

  @GetMapping("/api/files")
  Envelope list(HttpServletRequest request) {
    backend.require(request);
    var parameters = new Parameters(request);
    int limit = parameters.number("limit", 1, MAX_LIMIT).orElse(DEFAULT_LIMIT);
    Files.Page page = files.list(parameters.prefix(), parameters.cursor(), limit);
    var data = new LinkedHashMap<String, Object>();
    data.put("files", page.files().stream().map(FileView::of).toList());
    data.put("cursor", page.cursor().isEmpty() ? null : page.cursor());
    return Envelope.of(data);
  }
}

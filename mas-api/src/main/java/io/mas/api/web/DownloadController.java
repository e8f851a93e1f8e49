package io.mas.api.web;

import io.mas.api.object.Files;
import io.mas.api.object.StoredFile;
import io.mas.api.token.TokenGrant;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.bind.annotation.RestController;

/** The download of a file by the holder of a token. */
@RestController
final class DownloadController {
  private final Files files;
  private final TokenUses tokens;
  private final DownloadPlanner planner;
  private final DownloadWriter writer;

  DownloadController(
      Files files, TokenUses tokens, DownloadPlanner planner, DownloadWriter writer) {
    this.files = files;
    this.tokens = tokens;
    this.planner = planner;
    this.writer = writer;
  }

  @RequestMapping(
      path = "/api/file/upload/download",
      method = {RequestMethod.GET, RequestMethod.HEAD})
  void download(HttpServletRequest request, HttpServletResponse response) {
    var parameters = new Parameters(request);
    OptionalLong seek = parameters.number("seek");
    try (TokenUse use = tokens.begin(request, token(request), TokenGrant.Action.DOWNLOAD)) {
      StoredFile file = files.open(use.grant().hash());
      DownloadPlan plan = planner.plan(request, file.info(), use.grant(), seek);
      writer.write(request, response, file, plan);
    }
  }

  /** Links and media elements cannot set a header, so a query parameter does as well. */
  private static @Nullable String token(HttpServletRequest request) {
    String header = request.getHeader("token");
    return header == null ? new Parameters(request).text("token") : header;
  }
}

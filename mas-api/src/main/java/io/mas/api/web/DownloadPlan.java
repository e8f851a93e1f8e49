package io.mas.api.web;

import io.mas.common.object.ByteRange;
import java.util.List;
import java.util.Map;

/** How a download is answered, decided from its headers before a byte is fetched. */
sealed interface DownloadPlan {

  /**
   * A header of the answer and the content that follows.
   *
   * @param status 200 or 206
   * @param headers all but Content-Length
   * @param segments of the body, in order
   * @param tail ASCII that ends the body
   */
  record Send(int status, Map<String, String> headers, List<Segment> segments, String tail)
      implements DownloadPlan {

    long contentLength() {
      return segments.stream().mapToLong(s -> s.head().length() + s.range().length()).sum()
          + tail.length();
    }
  }

  /** The client has it already. */
  record NotModified(Map<String, String> headers) implements DownloadPlan {}

  /** The client is told why not. */
  record Refuse(Failure failure) implements DownloadPlan {}

  /**
   * A range of the file.
   *
   * @param head ASCII that comes before it: a part's header, or ""
   * @param range not empty
   */
  record Segment(String head, ByteRange range) {}
}

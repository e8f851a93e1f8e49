package io.mas.api.web;

import io.mas.api.object.FileInfo;
import io.mas.api.token.TokenGrant;
import io.mas.common.error.ErrorCode;
import io.mas.common.object.ByteRange;
import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.Enumeration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;

/**
 * Decides how a download is answered: preconditions in the order of RFC 9110, section 13.2.2, then
 * the range. Thread-safe.
 */
final class DownloadPlanner {
  private static final String NOTHING = "";
  private static final int BOUNDARY_BYTES = 16;

  private final int maxRanges;
  private final RandomGenerator random;

  DownloadPlanner(LimitsProperties limits, RandomGenerator random) {
    this.maxRanges = limits.ranges();
    this.random = random;
  }

  /**
   * The plan for a request.
   *
   * @param seek the first byte wanted, if the client says so in the query
   */
  DownloadPlan plan(
      HttpServletRequest request, FileInfo file, TokenGrant grant, OptionalLong seek) {
    Map<String, String> headers = headers(file, grant);
    if (seek.isPresent()) {
      return from(seek.getAsLong(), file.size(), headers);
    }
    String etag = etag(file);
    headers.put(HttpHeaders.ETAG, etag);
    headers.put("Repr-Digest", "sha-256=:" + base64(file) + ":");
    if (fails(list(request, HttpHeaders.IF_MATCH), etag)) {
      return new DownloadPlan.Refuse(
          Failure.of(ErrorCode.PARAMETER_MALFORMED, 412, "If-Match names another content"));
    }
    if (hasWeakly(list(request, HttpHeaders.IF_NONE_MATCH), etag)) {
      return new DownloadPlan.NotModified(headers);
    }
    return ranged(rangeHeader(request, etag), file.size(), headers);
  }

  private DownloadPlan ranged(@Nullable String range, long size, Map<String, String> headers) {
    return switch (Ranges.parse(range, size, maxRanges)) {
      case RangeRequest.Whole _ -> send(200, headers, new ByteRange(0, size));
      case RangeRequest.Unsatisfiable _ -> unsatisfiable(size);
      case RangeRequest.Some(List<ByteRange> ranges) when ranges.size() == 1 -> {
        headers.put(HttpHeaders.CONTENT_RANGE, contentRange(ranges.getFirst(), size));
        yield send(206, headers, ranges.getFirst());
      }
      case RangeRequest.Some(List<ByteRange> ranges) -> multipart(ranges, size, headers);
    };
  }

  private static DownloadPlan from(long seek, long size, Map<String, String> headers) {
    return seek > size ? unsatisfiable(size) : send(200, headers, new ByteRange(seek, size - seek));
  }

  private static DownloadPlan send(int status, Map<String, String> headers, ByteRange range) {
    List<DownloadPlan.Segment> segments =
        range.length() == 0 ? List.of() : List.of(new DownloadPlan.Segment(NOTHING, range));
    return new DownloadPlan.Send(status, headers, segments, NOTHING);
  }

  private DownloadPlan multipart(List<ByteRange> ranges, long size, Map<String, String> headers) {
    byte[] id = new byte[BOUNDARY_BYTES];
    random.nextBytes(id);
    String boundary = HexFormat.of().formatHex(id);
    String type = headers.get(HttpHeaders.CONTENT_TYPE);
    headers.put(HttpHeaders.CONTENT_TYPE, "multipart/byteranges; boundary=" + boundary);
    var segments = new ArrayList<DownloadPlan.Segment>();
    for (ByteRange range : ranges) {
      String head =
          "\r\n--%s\r\nContent-Type: %s\r\nContent-Range: %s\r\n\r\n"
              .formatted(boundary, type, contentRange(range, size));
      segments.add(new DownloadPlan.Segment(head, range));
    }
    return new DownloadPlan.Send(206, headers, segments, "\r\n--" + boundary + "--\r\n");
  }

  private static DownloadPlan unsatisfiable(long size) {
    return new DownloadPlan.Refuse(
        Failure.of(
                ErrorCode.PARAMETER_MALFORMED,
                416,
                "the file of %d bytes has no such range".formatted(size))
            .withHeader(HttpHeaders.CONTENT_RANGE, "bytes */" + size));
  }

  private static Map<String, String> headers(FileInfo file, TokenGrant grant) {
    String name = grant.name() == null ? file.name() : grant.name();
    String type = ContentTypes.of(name);
    String disposition = ContentTypes.disposition(type, grant.disposition());
    var headers = new LinkedHashMap<String, String>();
    headers.put(HttpHeaders.CONTENT_TYPE, type);
    headers.put(HttpHeaders.CONTENT_DISPOSITION, Disposition.of(disposition, name));
    headers.put(HttpHeaders.ACCEPT_RANGES, "bytes");
    headers.put(HttpHeaders.CACHE_CONTROL, "private, max-age=31536000, immutable");
    headers.put("Content-Security-Policy", contentSecurity(type));
    headers.put("Referrer-Policy", "no-referrer");
    return headers;
  }

  /** Browsers refuse to show a PDF in a sandbox; it is shown by a viewer that runs no page. */
  private static String contentSecurity(String type) {
    return type.equals(ContentTypes.PDF) ? "default-src 'none'" : "sandbox; default-src 'none'";
  }

  private static String etag(FileInfo file) {
    return '"' + file.hash().hex() + '"';
  }

  private static String base64(FileInfo file) {
    return Base64.getEncoder().encodeToString(file.hash().bytes());
  }

  private static String contentRange(ByteRange range, long size) {
    return "bytes %d-%d/%d".formatted(range.offset(), range.end() - 1, size);
  }

  /** The Range header if it counts: for GET, and if the client's part is of this very content. */
  private static @Nullable String rangeHeader(HttpServletRequest request, String etag) {
    String condition = request.getHeader(HttpHeaders.IF_RANGE);
    boolean counts =
        "GET".equals(request.getMethod()) && (condition == null || condition.equals(etag));
    return counts ? request.getHeader(HttpHeaders.RANGE) : null;
  }

  private static boolean fails(@Nullable String ifMatch, String etag) {
    return ifMatch != null && !has(ifMatch, etag);
  }

  /** Whether the list has this tag as it is: the strong comparison (RFC 9110, 13.1.1). */
  private static boolean has(String list, String etag) {
    return tags(list).anyMatch(tag -> tag.equals("*") || tag.equals(etag));
  }

  /** Whether the list has this tag, weak or strong (RFC 9110, 13.1.2); all of ours are strong. */
  private static boolean hasWeakly(@Nullable String list, String etag) {
    return list != null && (has(list, etag) || tags(list).anyMatch(("W/" + etag)::equals));
  }

  private static Stream<String> tags(String list) {
    return Arrays.stream(list.split(",", -1)).map(String::strip);
  }

  /** All lines of a header as one list, or null. */
  private static @Nullable String list(HttpServletRequest request, String header) {
    Enumeration<String> lines = request.getHeaders(header);
    if (!lines.hasMoreElements()) {
      return null;
    }
    return Collections.list(lines).stream().collect(Collectors.joining(","));
  }
}

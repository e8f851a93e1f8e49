package io.mas.api.web;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Lets pages of other origins call the API, without credentials. {@code systemToken} is no allowed
 * header, whatever the origin: it belongs to backends. A page of a foreign origin gets no CORS
 * header, and its browser refuses.
 */
final class CorsFilter extends OncePerRequestFilter {
  private static final String ALLOWED_HEADERS =
      "token, Content-Type, Range, If-Range, If-None-Match";
  private static final String ALLOWED_METHODS = "GET, HEAD, POST, DELETE";
  private static final String EXPOSED_HEADERS =
      "ETag, Content-Range, Content-Disposition, Accept-Ranges, Repr-Digest, Retry-After,"
          + " X-Request-Id";

  /** Seconds that a browser may remember a preflight: short, so that a changed list is felt. */
  private static final String MAX_AGE = "600";

  private final boolean any;
  private final Set<String> origins;

  CorsFilter(GatewayProperties properties) {
    this.any = properties.anyOrigin();
    this.origins = Set.copyOf(properties.allowedOrigins());
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    boolean allowed = allowOrigin(request.getHeader(HttpHeaders.ORIGIN), response);
    if (isPreflight(request)) {
      answerPreflight(response, allowed);
      return;
    }
    if (allowed) {
      response.setHeader(HttpHeaders.ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED_HEADERS);
    }
    chain.doFilter(request, response);
  }

  private boolean allowOrigin(@Nullable String origin, HttpServletResponse response) {
    if (!any) {
      response.addHeader(HttpHeaders.VARY, HttpHeaders.ORIGIN);
    }
    if (origin == null || !(any || origins.contains(origin))) {
      return false;
    }
    response.setHeader(
        HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, any ? GatewayProperties.ANY : origin);
    return true;
  }

  private static boolean isPreflight(HttpServletRequest request) {
    return HttpMethod.OPTIONS.matches(request.getMethod())
        && request.getHeader(HttpHeaders.ORIGIN) != null
        && request.getHeader(HttpHeaders.ACCESS_CONTROL_REQUEST_METHOD) != null;
  }

  private static void answerPreflight(HttpServletResponse response, boolean allowed) {
    response.setStatus(HttpServletResponse.SC_NO_CONTENT);
    if (allowed) {
      response.setHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_METHODS, ALLOWED_METHODS);
      response.setHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_HEADERS, ALLOWED_HEADERS);
      response.setHeader(HttpHeaders.ACCESS_CONTROL_MAX_AGE, MAX_AGE);
    }
  }
}

package io.mas.node.web;

import io.mas.common.protocol.InternalApi;
import io.mas.common.protocol.InternalKey;
import io.mas.common.protocol.NodeError;
import io.mas.common.protocol.SignedRequest;
import io.mas.common.protocol.SignedTime;
import io.mas.node.shard.ShardStoreException;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * The outermost of the node: nothing else sees a request that no gateway of this cluster has
 * signed, and whoever sent it learns nothing but the time. Every path is filtered, whatever is
 * behind it.
 */
final class SignatureFilter extends OncePerRequestFilter {
  private final RequestAuthenticator authenticator;
  private final StrangerLog strangers;

  SignatureFilter(RequestAuthenticator authenticator, StrangerLog strangers) {
    this.authenticator = authenticator;
    this.strangers = strangers;
  }

  @Override
  public void destroy() {
    strangers.close();
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    try {
      admitted(request, response, chain);
    } catch (ShardStoreException e) {
      refuse(request, response, e);
    }
  }

  private void admitted(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    SignedRequest signed = signed(request);
    authenticator.admit(
        signed, header(request, InternalApi.KEY), header(request, InternalApi.SIGNATURE));
    SignedBody body = new SignedBody(request.getInputStream(), signed.length(), signed.crc());
    if (!body.altered()) {
      chain.doFilter(new SignedBodyRequest(request, body), response);
      // What a handler refused half-way may be wrong because it was altered: that is said first.
      body.drain(FrameBody.MAX_BYTES);
    }
    if (body.altered() && !response.isCommitted()) {
      throw RequestAuthenticator.unauthenticated("has another body than was signed");
    }
  }

  private static SignedRequest signed(HttpServletRequest request) {
    String query = request.getQueryString();
    return new SignedRequest(
        request.getMethod(),
        query == null ? request.getRequestURI() : request.getRequestURI() + "?" + query,
        header(request, InternalApi.PROTOCOL),
        header(request, InternalApi.CLUSTER),
        header(request, InternalApi.NODE),
        header(request, InternalApi.COUNTER),
        length(request),
        header(request, InternalApi.BODY_CRC),
        header(request, InternalApi.TIME),
        header(request, InternalApi.NONCE));
  }

  /** A body in pieces of its own choice has no length that could be signed. */
  private static long length(HttpServletRequest request) {
    if (request.getHeader("Transfer-Encoding") != null) {
      throw RequestAuthenticator.unauthenticated("has a body without a length");
    }
    return Math.max(0, request.getContentLengthLong());
  }

  private static String header(HttpServletRequest request, String name) {
    String value = request.getHeader(name);
    return value == null ? "" : value;
  }

  private void refuse(
      HttpServletRequest request, HttpServletResponse response, ShardStoreException refusal)
      throws IOException {
    boolean stranger = refusal.error() == NodeError.UNAUTHENTICATED;
    if (stranger) {
      strangers.refused(request.getRemoteAddr(), String.valueOf(refusal.getMessage()));
    }
    Refusals.write(
        response, refusal.error(), stranger ? "not signed for this node" : refusal.getMessage());
    response.setHeader("WWW-Authenticate", "MAS-HMAC-SHA256"); // RFC 9110, section 15.5.2
    tellTime(request, response);
  }

  private void tellTime(HttpServletRequest request, HttpServletResponse response) {
    String nonce = header(request, InternalApi.NONCE);
    if (RequestAuthenticator.isNonce(nonce)) {
      InternalKey key = authenticator.answeringKey(header(request, InternalApi.KEY));
      SignedTime time = new SignedTime(authenticator.time(), nonce);
      response.setHeader(InternalApi.TIME, "" + time.time());
      response.setHeader(InternalApi.KEY, key.id());
      response.setHeader(InternalApi.SIGNATURE, time.sign(key));
    }
  }

  /** A request whose body is compared with its signature while it is read, however it is read. */
  private static final class SignedBodyRequest extends HttpServletRequestWrapper {
    private final SignedBody body;

    SignedBodyRequest(HttpServletRequest request, SignedBody body) {
      super(request);
      this.body = body;
    }

    @Override
    public ServletInputStream getInputStream() {
      return body;
    }

    @Override
    public BufferedReader getReader() {
      return new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8));
    }
  }
}

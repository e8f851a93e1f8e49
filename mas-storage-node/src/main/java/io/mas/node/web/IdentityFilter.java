package io.mas.node.web;

import io.mas.common.cluster.NodeIdentity;
import io.mas.common.protocol.InternalApi;
import io.mas.common.protocol.NodeError;
import io.mas.node.shard.ShardStoreException;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;
import org.springframework.web.filter.OncePerRequestFilter;

/** Turns away callers that speak another protocol, or mean another cluster, node or life. */
final class IdentityFilter extends OncePerRequestFilter {
  private static final String REQUEST_ID = "X-Request-Id";
  private static final Pattern SAFE = Pattern.compile("[0-9A-Za-z._-]{1,64}");

  private final NodeIdentity identity;

  IdentityFilter(NodeIdentity identity) {
    this.identity = identity;
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    String id = request.getHeader(REQUEST_ID);
    boolean safe = id != null && SAFE.matcher(id).matches();
    try (var _ = MDC.putCloseable("requestId", safe ? id : "-")) {
      check(request);
      chain.doFilter(request, response);
    } catch (ShardStoreException e) {
      Refusals.write(response, e.error(), e.getMessage());
    }
  }

  private void check(HttpServletRequest request) {
    long version = number(request, InternalApi.PROTOCOL);
    require(
        version == InternalApi.VERSION,
        NodeError.UNSUPPORTED_PROTOCOL,
        "protocol %d, this node speaks %d".formatted(version, InternalApi.VERSION));
    if (!request.getRequestURI().equals(InternalApi.IDENTITY_PATH)) {
      checkIdentity(request);
    }
  }

  private void checkIdentity(HttpServletRequest request) {
    String cluster = text(request, InternalApi.CLUSTER);
    require(
        cluster.equals(identity.clusterId()),
        NodeError.FOREIGN_CLUSTER,
        "cluster '%s', this node belongs to '%s'".formatted(cluster, identity.clusterId()));
    String node = text(request, InternalApi.NODE);
    long counter = number(request, InternalApi.COUNTER);
    boolean meant = node.equals(identity.nodeId()) && counter == identity.counter();
    require(
        meant,
        NodeError.IDENTITY_MISMATCH,
        "node '%s' in life %d, this is '%s' in life %d"
            .formatted(node, counter, identity.nodeId(), identity.counter()));
  }

  private static String text(HttpServletRequest request, String header) {
    @Nullable String value = request.getHeader(header);
    if (value == null) {
      throw new ShardStoreException(NodeError.BAD_REQUEST, "header " + header + " is missing");
    }
    return value;
  }

  private static long number(HttpServletRequest request, String header) {
    String value = text(request, header);
    try {
      return Long.parseLong(value);
    } catch (NumberFormatException _) {
      throw new ShardStoreException(
          NodeError.BAD_REQUEST, "header %s '%s', expected a number".formatted(header, value));
    }
  }

  private static void require(boolean right, NodeError error, String message) {
    if (!right) {
      throw new ShardStoreException(error, message);
    }
  }
}

package io.mas.api.nodes;

import io.mas.common.cluster.NodeAnnouncement;
import io.mas.common.object.ObjectHash;
import io.mas.common.object.ShardKey;
import io.mas.common.protocol.CommitRecord;
import io.mas.common.protocol.CommitSummary;
import io.mas.common.protocol.InternalApi;
import io.mas.common.protocol.NodeError;
import io.mas.common.protocol.Page;
import io.mas.common.protocol.Priority;
import io.mas.common.protocol.ShardFrame;
import io.mas.common.protocol.StoredColumn;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import org.apache.hc.client5.http.classic.methods.HttpDelete;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.classic.methods.HttpPut;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.DefaultHttpRequestRetryStrategy;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ConnectionRequestTimeoutException;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.io.SocketConfig;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * The internal API over HTTP/1.1 with kept connections. Apache HttpClient's blocking form: a socket
 * on a virtual thread, which costs less than half of the JDK's client ({@code stack.md}). Requests
 * are signed; the bodies of answers are not: checksums protect them from accidents, and only TLS
 * from somebody on the path.
 */
final class HttpShardClient implements ShardClient {
  private static final int COPY_BYTES = 64 << 10;

  /** A request must move so many bytes a second, on top of the time-out: the slowest disk does. */
  private static final long MIN_BYTES_PER_SECOND = 1 << 20;

  /**
   * Connections to a node that only probes use: whether it lives must not depend on how busy this
   * gateway keeps the others. Few ask at once.
   */
  private static final int PROBE_CONNECTIONS = 4;

  private final NodesProperties properties;
  private final String clusterId;
  private final JsonMapper json = JsonMapper.builder().build();
  private final RequestSigner signer;
  private final CloseableHttpClient http;

  /** Connections that requests may take, by the address of the node. */
  private final Map<URI, Semaphore> free = new ConcurrentHashMap<>();

  /**
   * Ends requests at their deadlines. The socket's own time-out does not do: it begins anew with
   * each byte read, and there is none for writing to a node that has stopped reading.
   */
  private final ScheduledThreadPoolExecutor deadlines =
      new ScheduledThreadPoolExecutor(
          1, Thread.ofPlatform().daemon().name("mas-node-deadlines").factory());

  /**
   * @param clusterId what each node has to belong to
   * @param tls for nodes whose address begins with {@code https}
   */
  HttpShardClient(
      NodesProperties properties, String clusterId, RequestSigner signer, TlsSocketStrategy tls) {
    this.properties = properties;
    this.clusterId = clusterId;
    this.signer = signer;
    deadlines.setRemoveOnCancelPolicy(true);
    Timeout request = Timeout.of(properties.requestTimeout());
    int perNode = properties.connectionsPerNode() + PROBE_CONNECTIONS;
    PoolingHttpClientConnectionManager connections =
        PoolingHttpClientConnectionManagerBuilder.create()
            .setTlsSocketStrategy(tls)
            .setMaxConnPerRoute(perNode)
            .setMaxConnTotal(perNode * 64)
            .setDefaultSocketConfig(SocketConfig.custom().setTcpNoDelay(true).build())
            .setDefaultConnectionConfig(
                ConnectionConfig.custom()
                    .setConnectTimeout(Timeout.of(properties.connectTimeout()))
                    .setSocketTimeout(request)
                    .setValidateAfterInactivity(TimeValue.ofSeconds(1))
                    .build())
            .build();
    this.http =
        HttpClients.custom()
            .setConnectionManager(connections)
            .setDefaultRequestConfig(
                RequestConfig.custom()
                    .setConnectionRequestTimeout(leaseTimeout(properties.requestTimeout()))
                    .setResponseTimeout(request)
                    .build())
            .addRequestInterceptorLast(signer)
            .setRetryStrategy(new StaleConnectionRetry(connections))
            .disableCookieManagement()
            .disableAuthCaching()
            .disableContentCompression()
            .disableRedirectHandling()
            .build();
  }

  /**
   * How long the pool may keep a request waiting, which it does only where its total is in use: it
   * ends before the deadline does, which would look as if the node had not answered.
   */
  private static Timeout leaseTimeout(Duration deadline) {
    return Timeout.of(deadline.dividedBy(2));
  }

  /** What is done with the body of a 2xx answer. */
  private interface Body<T extends @Nullable Object> {
    T read(@Nullable HttpEntity entity) throws IOException;
  }

  @Override
  public void put(Member node, Column column, List<Payload> blocks) throws NodeException {
    String query =
        "?hash=%s&k=%d&m=%d&block-size=%d&codec=%d"
            .formatted(
                column.hash(),
                column.layout().k(),
                column.layout().m(),
                column.layout().blockSize(),
                column.layout().codec());
    HttpPut request = new HttpPut(node.address() + InternalApi.shardPath(column.key()) + query);
    FramesEntity frames = new FramesEntity(blocks);
    request.setEntity(frames);
    request.setHeader(InternalApi.BODY_CRC, crc(frames.crc()));
    call(node, request, entity -> null);
  }

  @Override
  public List<ShardFrame> get(
      Member node, ShardKey key, int from, List<MemorySegment> into, Priority priority)
      throws NodeException {
    String range = "?from=%d&count=%d".formatted(from, into.size());
    HttpGet request =
        new HttpGet(node.address() + InternalApi.shardPath(key) + range + parameter(priority));
    return call(node, request, entity -> readFrames(body(entity), from, into));
  }

  private static String parameter(Priority priority) {
    return switch (priority) {
      case NORMAL -> "";
      case BACKGROUND -> "&%s=%s".formatted(InternalApi.PRIORITY, InternalApi.BACKGROUND);
    };
  }

  private static List<ShardFrame> readFrames(InputStream in, int from, List<MemorySegment> into)
      throws IOException {
    List<ShardFrame> frames = new ArrayList<>();
    for (MemorySegment shard : into) {
      frames.add(readFrame(in, from + frames.size(), shard));
    }
    return frames;
  }

  private static ShardFrame readFrame(InputStream in, int block, MemorySegment into)
      throws IOException {
    ShardFrame frame = ShardFrame.readFrom(ByteBuffer.wrap(in.readNBytes(ShardFrame.BYTES)));
    boolean ok = frame.status() == ShardFrame.Status.OK;
    if (frame.block() != block || (ok && frame.payloadLength() != into.byteSize())) {
      throw new IOException(
          "block %d with %d bytes, expected block %d with %d"
              .formatted(frame.block(), frame.payloadLength(), block, into.byteSize()));
    }
    if (ok) {
      readFully(in, into);
    }
    return frame;
  }

  private static void readFully(InputStream in, MemorySegment into) throws IOException {
    byte[] copy = new byte[(int) Math.min(COPY_BYTES, into.byteSize())];
    long at = 0;
    while (at < into.byteSize()) {
      int n = in.read(copy, 0, (int) Math.min(copy.length, into.byteSize() - at));
      if (n < 0) {
        throw new IOException("shard ends after %d of %d bytes".formatted(at, into.byteSize()));
      }
      MemorySegment.copy(copy, 0, into, ValueLayout.JAVA_BYTE, at, n);
      at += n;
    }
  }

  @Override
  public void delete(Member node, ShardKey key) throws NodeException {
    call(node, new HttpDelete(node.address() + InternalApi.shardPath(key)), entity -> null);
  }

  @Override
  public void putCommitRecord(Member node, CommitRecord record) throws NodeException {
    HttpPut request =
        new HttpPut(
            "%s%s/%s/%d"
                .formatted(
                    node.address(), InternalApi.COMMITS_PATH, record.hash(), record.version()));
    byte[] bytes = json.writeValueAsBytes(record);
    request.setEntity(new ByteArrayEntity(bytes, ContentType.APPLICATION_JSON));
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    request.setHeader(InternalApi.BODY_CRC, crc(crc));
    call(node, request, entity -> null);
  }

  @Override
  public Page<StoredColumn> inventory(Member node, String cursor, int limit) throws NodeException {
    return page(node, InternalApi.INVENTORY_PATH, cursor, limit, new TypeReference<>() {});
  }

  @Override
  public Page<CommitRecord> commits(Member node, String cursor, int limit) throws NodeException {
    return page(node, InternalApi.COMMITS_PATH, cursor, limit, new TypeReference<>() {});
  }

  @Override
  public Page<CommitSummary> commits(Member node, ObjectHash file, long above)
      throws NodeException {
    String path = "%s/%s?above=%d".formatted(InternalApi.COMMITS_PATH, file, above);
    return call(
        node,
        new HttpGet(node.address() + path),
        entity -> json.readValue(body(entity), new TypeReference<>() {}));
  }

  private <T> Page<T> page(
      Member node, String path, String cursor, int limit, TypeReference<Page<T>> type)
      throws NodeException {
    String query =
        "?cursor=%s&limit=%d".formatted(URLEncoder.encode(cursor, StandardCharsets.UTF_8), limit);
    return call(
        node,
        new HttpGet(node.address() + path + query),
        entity -> json.readValue(body(entity), type));
  }

  @Override
  public NodeAnnouncement identify(URI address) throws NodeException {
    HttpGet request = new HttpGet(address + InternalApi.IDENTITY_PATH);
    Timeout timeout = Timeout.of(properties.probeTimeout());
    request.setConfig(
        RequestConfig.custom()
            .setConnectionRequestTimeout(leaseTimeout(properties.probeTimeout()))
            .setResponseTimeout(timeout)
            .build());
    return call(
        new Exchange(address.toString(), request, properties.probeTimeout()),
        entity -> json.readValue(body(entity), NodeAnnouncement.class));
  }

  private static String crc(CRC32C crc) {
    return HexFormat.of().toHexDigits((int) crc.getValue());
  }

  private static InputStream body(@Nullable HttpEntity entity) throws IOException {
    if (entity == null) {
      throw new IOException("an answer without a body");
    }
    return entity.getContent();
  }

  private <T extends @Nullable Object> T call(Member node, HttpUriRequestBase request, Body<T> body)
      throws NodeException {
    request.setHeader(InternalApi.CLUSTER, clusterId);
    request.setHeader(InternalApi.NODE, node.id());
    request.setHeader(InternalApi.COUNTER, node.identity().counter());
    HttpEntity entity = request.getEntity();
    long seconds = entity == null ? 0 : entity.getContentLength() / MIN_BYTES_PER_SECOND;
    Duration patience = properties.requestTimeout().plusSeconds(seconds);
    Semaphore connections = connections(node);
    try {
      return call(new Exchange(node.id(), request, patience), body);
    } finally {
      connections.release();
    }
  }

  /**
   * Takes one of the connections to a node; its time begins only then, so that it is not blamed for
   * the wait.
   */
  private Semaphore connections(Member node) throws NodeException {
    Semaphore connections =
        free.computeIfAbsent(
            node.address(), _ -> new Semaphore(properties.connectionsPerNode(), true));
    try {
      if (connections.tryAcquire(properties.requestTimeout().toMillis(), TimeUnit.MILLISECONDS)) {
        return connections;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new NodeException("interrupted while waiting for a connection", e);
    }
    throw NodeException.notSent(
        "node %s: all %d connections were in use for %s"
            .formatted(node.id(), properties.connectionsPerNode(), properties.requestTimeout()));
  }

  /** A request to a node, and how long it may take as a whole. */
  private record Exchange(String node, HttpUriRequestBase request, Duration patience) {}

  private <T extends @Nullable Object> T call(Exchange exchange, Body<T> body)
      throws NodeException {
    HttpUriRequestBase request = exchange.request;
    request.setHeader(InternalApi.PROTOCOL, InternalApi.VERSION);
    if (request.getEntity() == null) {
      request.setHeader(InternalApi.BODY_CRC, crc(new CRC32C()));
    }
    Future<?> deadline =
        deadlines.schedule(request::abort, exchange.patience.toMillis(), TimeUnit.MILLISECONDS);
    try {
      return attempt(exchange, body);
    } catch (Refused e) {
      throw e.refusal;
    } catch (ConnectionRequestTimeoutException e) {
      throw NodeException.notSent("node %s: %s".formatted(exchange.node, e));
    } catch (IOException | RuntimeException e) {
      // An interrupt closes the socket that a virtual thread waits for: no failure of the node.
      boolean interrupted = Thread.currentThread().isInterrupted();
      Throwable cause = interrupted ? new InterruptedException(e.toString()) : e;
      throw new NodeException("node %s: %s".formatted(exchange.node, e), cause);
    } finally {
      deadline.cancel(false);
    }
  }

  /** Sends a request, and once more if the clock that it was signed by had to be corrected. */
  private <T extends @Nullable Object> T attempt(Exchange exchange, Body<T> body)
      throws IOException {
    try {
      return send(exchange, body);
    } catch (Refused e) {
      if (!e.repeatable) {
        throw e;
      }
      return send(exchange, body);
    }
  }

  private <T extends @Nullable Object> T send(Exchange exchange, Body<T> body) throws IOException {
    HttpClientContext context = HttpClientContext.create();
    return http.execute(
        exchange.request,
        context,
        response -> {
          if (response.getCode() >= 300) {
            throw refused(exchange.node, response, context.getRequest());
          }
          return body.read(response.getEntity());
        });
  }

  private Refused refused(String node, ClassicHttpResponse response, HttpRequest sent)
      throws IOException {
    NodeException refusal = refusal(node, response);
    boolean skewed = refusal.error().filter(NodeError.CLOCK_SKEW::equals).isPresent();
    return new Refused(refusal, skewed && signer.followClock(sent, response));
  }

  /**
   * Sends once more what was lost with a connection that the node had closed. A refusal is final,
   * whatever its status.
   */
  private static final class StaleConnectionRetry extends DefaultHttpRequestRetryStrategy {
    private final PoolingHttpClientConnectionManager connections;

    StaleConnectionRetry(PoolingHttpClientConnectionManager connections) {
      super(1, TimeValue.ZERO_MILLISECONDS);
      this.connections = connections;
    }

    /** When a node restarts, all connections kept to it are stale: the retry gets a new one. */
    @Override
    public boolean retryRequest(
        HttpRequest request, IOException failure, int execCount, HttpContext context) {
      boolean retry =
          !Thread.currentThread().isInterrupted()
              && super.retryRequest(request, failure, execCount, context);
      if (retry) {
        connections.closeIdle(TimeValue.ZERO_MILLISECONDS);
      }
      return retry;
    }

    @Override
    public boolean retryRequest(HttpResponse response, int execCount, HttpContext context) {
      return false;
    }
  }

  private NodeException refusal(String node, ClassicHttpResponse response) throws IOException {
    Header header = response.getFirstHeader(InternalApi.ERROR);
    String name = header == null ? "" : header.getValue();
    String message =
        "node %s: HTTP %d %s %s".formatted(node, response.getCode(), name, text(response));
    for (NodeError error : NodeError.values()) {
      if (error.name().equals(name)) {
        return new NodeException(error, message + advice(error));
      }
    }
    return new NodeException(
        name.isEmpty() ? message : message + " (a refusal that this version does not know)", null);
  }

  private static String text(ClassicHttpResponse response) throws IOException {
    HttpEntity entity = response.getEntity();
    return entity == null
        ? ""
        : new String(entity.getContent().readNBytes(1000), StandardCharsets.UTF_8).strip();
  }

  private String advice(NodeError error) {
    return switch (error) {
      case UNAUTHENTICATED -> " (%s)".formatted(signer.advice());
      case UNSUPPORTED_PROTOCOL ->
          " (this gateway speaks %d: upgrade the older of the two)".formatted(InternalApi.VERSION);
      default -> "";
    };
  }

  /** Carries a refusal out of the response handler. */
  private static final class Refused extends IOException {
    private static final long serialVersionUID = 1;
    final transient NodeException refusal;
    final boolean repeatable;

    Refused(NodeException refusal, boolean repeatable) {
      super(refusal);
      this.refusal = refusal;
      this.repeatable = repeatable;
    }
  }

  @Override
  public void close() {
    http.close(CloseMode.IMMEDIATE);
    deadlines.shutdownNow();
  }
}

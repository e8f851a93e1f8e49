package io.mas.node;

import io.mas.common.cluster.NodeIdentity;
import io.mas.common.object.BlockEntry;
import io.mas.common.object.Compression;
import io.mas.common.object.ExtentId;
import io.mas.common.object.Layout;
import io.mas.common.object.ObjectHash;
import io.mas.common.object.PartId;
import io.mas.common.object.ShardKey;
import io.mas.common.protocol.InternalApi;
import io.mas.common.protocol.InternalKey;
import io.mas.common.protocol.InternalKeys;
import io.mas.common.protocol.ShardFrame;
import io.mas.common.protocol.SignedRequest;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.CRC32C;

/** Speaks the internal API as a gateway does, and as one that is mistaken or not trusted. */
final class NodeClient implements AutoCloseable {
  static final Layout LAYOUT = Layout.of(4, 2, 1 << 20);
  static final ObjectHash HASH = new ObjectHash("ab".repeat(32));
  static final String ORIGIN = "?hash=" + HASH + "&k=4&m=2&block-size=1048576&codec=1";

  /** The rest of the query of a read that nobody waits for. */
  static final String IN_BACKGROUND = "&priority=background";

  /** The key of this run of the tests, as an operator writes it. */
  static final String KEY = randomHex(32);

  static final InternalKeys KEYS = InternalKeys.parse(List.of(KEY));

  private final HttpClient http = HttpClient.newHttpClient();
  private final URI address;
  private final Map<String, String> headers = new HashMap<>();

  NodeClient(URI address, NodeIdentity identity) {
    this.address = address;
    headers.put(InternalApi.PROTOCOL, "" + InternalApi.VERSION);
    headers.put(InternalApi.CLUSTER, identity.clusterId());
    headers.put(InternalApi.NODE, identity.nodeId());
    headers.put(InternalApi.COUNTER, "" + identity.counter());
  }

  static NodeClient of(StorageNode node) {
    return new NodeClient(node.address(), node.identity());
  }

  /** From now on a header has this value. */
  NodeClient with(String header, String value) {
    headers.put(header, value);
    return this;
  }

  static String randomHex(int bytes) {
    byte[] random = new byte[bytes];
    new SecureRandom().nextBytes(random);
    return HexFormat.of().formatHex(random);
  }

  /** The headers of a request, signed now by the key of the tests. */
  Map<String, String> signed(String method, String path, byte[] body) {
    return signed(method, path, body, KEYS.first(), System.currentTimeMillis());
  }

  Map<String, String> signed(String method, String path, byte[] body, InternalKey key, long time) {
    CRC32C crc = new CRC32C();
    crc.update(body);
    SignedRequest request =
        new SignedRequest(
            method,
            path,
            headers.getOrDefault(InternalApi.PROTOCOL, ""),
            headers.getOrDefault(InternalApi.CLUSTER, ""),
            headers.getOrDefault(InternalApi.NODE, ""),
            headers.getOrDefault(InternalApi.COUNTER, ""),
            body.length,
            HexFormat.of().toHexDigits((int) crc.getValue()),
            "" + time,
            randomHex(8));
    Map<String, String> all = new HashMap<>(headers);
    all.put(InternalApi.BODY_CRC, request.crc());
    all.put(InternalApi.TIME, request.time());
    all.put(InternalApi.NONCE, request.nonce());
    all.put(InternalApi.KEY, key.id());
    all.put(InternalApi.SIGNATURE, request.sign(key));
    return all;
  }

  HttpResponse<byte[]> send(String method, String path, byte[] body) {
    return send(method, path, body, signed(method, path, body));
  }

  /** Sends a request with exactly these headers. */
  HttpResponse<byte[]> send(String method, String path, byte[] body, Map<String, String> all) {
    BodyPublisher publisher =
        body.length == 0 ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body);
    var request = HttpRequest.newBuilder(URI.create(address + path)).method(method, publisher);
    all.forEach(request::header);
    try {
      return http.send(request.build(), BodyHandlers.ofByteArray());
    } catch (IOException e) {
      throw new AssertionError(method + " " + path, e);
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted", e);
    }
  }

  HttpResponse<byte[]> get(String path) {
    return send("GET", path, new byte[0]);
  }

  HttpResponse<byte[]> put(ShardKey key, byte[] frames) {
    return send("PUT", InternalApi.shardPath(key) + ORIGIN, frames);
  }

  HttpResponse<byte[]> get(ShardKey key, int from, int count) {
    return get(key, from, count, "");
  }

  /** {@code more} is the rest of the query. */
  HttpResponse<byte[]> get(ShardKey key, int from, int count, String more) {
    return get(path(key, from, count, more));
  }

  private static String path(ShardKey key, int from, int count, String more) {
    return InternalApi.shardPath(key) + "?from=%d&count=%d".formatted(from, count) + more;
  }

  /** The body of a GET as it comes, over a connection with small buffers. */
  InputStream open(ShardKey key, int from, int count, String more) throws IOException {
    String path = path(key, from, count, more);
    var connection = (HttpURLConnection) URI.create(address + path).toURL().openConnection();
    signed("GET", path, new byte[0]).forEach(connection::setRequestProperty);
    return connection.getInputStream();
  }

  static String error(HttpResponse<byte[]> response) {
    return response.headers().firstValue(InternalApi.ERROR).orElse("none");
  }

  static String text(HttpResponse<byte[]> response) {
    return new String(response.body(), StandardCharsets.UTF_8);
  }

  static ShardKey key(long attempt) {
    return new ShardKey(new ExtentId(new PartId(0x0190_0000_0000_7000L, 77), 0), 2, attempt);
  }

  /** Frames of {@code count} blocks from {@code first} on, with bytes that {@code seed} makes. */
  static byte[] frames(int first, int count, long seed) {
    int length = LAYOUT.shardLength(100_000);
    ByteBuffer out = ByteBuffer.allocate(count * (ShardFrame.BYTES + length));
    Random random = new Random(seed);
    for (int block = first; block < first + count; block++) {
      byte[] payload = new byte[length];
      random.nextBytes(payload);
      CRC32C crc = new CRC32C();
      crc.update(payload);
      BlockEntry entry = new BlockEntry(1 << 20, 100_000, Compression.ZSTD, block);
      ShardFrame.ok(block, entry, length, (int) crc.getValue()).writeTo(out);
      out.put(payload);
    }
    return out.array();
  }

  @Override
  public void close() {
    http.close();
  }
}

package io.mas.dev.install;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.mas.dev.tls.CertificateAuthority;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * As much of the API of Kubernetes as the hooks use, over TLS: Secrets may be created once and
 * read, in one namespace, with one token; a StatefulSet may be read.
 */
final class FakeKubernetes implements AutoCloseable {
  static final String NAMESPACE = "store";
  private static final String TOKEN = "token-of-the-pod";
  private static final JsonMapper JSON = JsonMapper.builder().build();

  final Map<String, ObjectNode> secrets = new TreeMap<>();
  final List<String> requests = new CopyOnWriteArrayList<>();
  int replicas = 6;

  private final HttpsServer server;
  private final Path account;

  /**
   * Its certificate.
   *
   * @param authority who has issued it, PEM
   */
  private record Tls(SSLContext context, String authority) {
    /** Made once: each time keytool runs it is a JVM. */
    private static @Nullable Tls shared;

    static synchronized Tls shared(Path directory) throws IOException, GeneralSecurityException {
      Tls tls = shared == null ? made(directory) : shared;
      shared = tls;
      return tls;
    }

    static Tls made(Path directory) throws IOException, GeneralSecurityException {
      CertificateAuthority authority = CertificateAuthority.in(directory.resolve("ca"));
      return new Tls(
          FakeKubernetes.context(authority.issue("server", "ip:127.0.0.1")),
          Files.readString(authority.certificate()));
    }
  }

  /** Starts, and writes what the account of a pod has. */
  FakeKubernetes(Path directory) throws IOException, GeneralSecurityException {
    this(directory, Tls.shared(directory));
  }

  /** The same of somebody whom nobody else's certificate vouches for. */
  static FakeKubernetes stranger(Path directory) throws IOException, GeneralSecurityException {
    return new FakeKubernetes(directory, Tls.made(directory));
  }

  private FakeKubernetes(Path directory, Tls tls) throws IOException {
    account = Files.createDirectories(directory.resolve("account"));
    Files.writeString(account.resolve("ca.crt"), tls.authority());
    Files.writeString(account.resolve("token"), TOKEN + "\n");
    Files.writeString(account.resolve("namespace"), NAMESPACE);
    server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(tls.context()));
    server.createContext("/", this::answer);
    server.start();
  }

  private static SSLContext context(CertificateAuthority.Pem pem)
      throws IOException, GeneralSecurityException {
    String key = Files.readString(pem.privateKey()).replaceAll("-----[^-]*-----|\\s", "");
    Certificate[] chain;
    try (var in = Files.newInputStream(pem.certificate())) {
      chain =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(in)
              .toArray(Certificate[]::new);
    }
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    var spec = new PKCS8EncodedKeySpec(Base64.getDecoder().decode(key));
    store.setKeyEntry(
        "server", KeyFactory.getInstance("EC").generatePrivate(spec), new char[0], chain);
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(store, new char[0]);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    return context;
  }

  Path account() {
    return account;
  }

  Map<String, String> environment() {
    return Map.of(
        "KUBERNETES_SERVICE_HOST",
        "127.0.0.1",
        "KUBERNETES_SERVICE_PORT",
        String.valueOf(server.getAddress().getPort()));
  }

  /** A value of a Secret. */
  String value(String secret, String key) {
    ObjectNode found = secrets.get(secret);
    if (found == null) {
      throw new AssertionError(secret + " is not among " + secrets.keySet());
    }
    byte[] bytes = Base64.getDecoder().decode(found.at("/data/" + key).asString());
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private synchronized void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    requests.add(exchange.getRequestMethod() + " " + path);
    String authorization = exchange.getRequestHeaders().getFirst("Authorization");
    String collection = "/api/v1/namespaces/%s/secrets".formatted(NAMESPACE);
    if (!("Bearer " + TOKEN).equals(authorization)) {
      send(exchange, 401, "{\"message\": \"Unauthorized\"}");
    } else if (exchange.getRequestMethod().equals("POST") && path.equals(collection)) {
      create(exchange);
    } else if (path.startsWith(collection + "/")) {
      ObjectNode secret = secrets.get(path.substring(collection.length() + 1));
      send(exchange, secret == null ? 404 : 200, secret == null ? "{}" : secret.toString());
    } else if (path.startsWith("/apis/apps/v1/namespaces/%s/statefulsets/".formatted(NAMESPACE))) {
      send(exchange, 200, "{\"spec\": {\"replicas\": %d}}".formatted(replicas));
    } else {
      send(exchange, 403, "{\"message\": \"forbidden: %s\"}".formatted(path));
    }
  }

  /** As Kubernetes does it: what came as text is kept in base64. */
  private void create(HttpExchange exchange) throws IOException {
    JsonNode given = JSON.readTree(exchange.getRequestBody().readAllBytes());
    String name = given.at("/metadata/name").asString();
    if (secrets.containsKey(name)) {
      send(exchange, 409, "{\"message\": \"already exists\"}");
      return;
    }
    ObjectNode kept = (ObjectNode) given.deepCopy();
    ObjectNode data = kept.putObject("data");
    for (Map.Entry<String, JsonNode> one : given.path("stringData").properties()) {
      byte[] bytes = one.getValue().asString().getBytes(StandardCharsets.UTF_8);
      data.put(one.getKey(), Base64.getEncoder().encodeToString(bytes));
    }
    kept.remove("stringData");
    secrets.put(name, kept);
    send(exchange, 201, kept.toString());
  }

  private static void send(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    new ByteArrayInputStream(bytes).transferTo(exchange.getResponseBody());
    exchange.close();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}

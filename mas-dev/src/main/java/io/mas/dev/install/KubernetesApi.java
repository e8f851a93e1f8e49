package io.mas.dev.install;

import io.mas.dev.operator.CannotAskException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The API of Kubernetes as a pod reaches it, with the little that the hooks of the chart need. */
final class KubernetesApi {
  /** Where Kubernetes puts what the account of a pod needs. */
  static final Path ACCOUNT = Path.of("/var/run/secrets/kubernetes.io/serviceaccount");

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final int CREATED = 201;
  private static final int NOT_FOUND = 404;
  private static final int CONFLICT = 409;

  private final HttpClient http;
  private final URI server;
  private final String token;
  private final String namespace;

  private KubernetesApi(HttpClient http, URI server, String token, String namespace) {
    this.http = http;
    this.server = server;
    this.token = token;
    this.namespace = namespace;
  }

  /**
   * The API of the cluster that this pod runs in.
   *
   * @param account directory with {@code token}, {@code namespace} and {@code ca.crt}
   * @throws CannotAskException outside of a pod, or in one without a token
   */
  static KubernetesApi of(Map<String, String> environment, Path account) {
    String host = environment.getOrDefault("KUBERNETES_SERVICE_HOST", "");
    String port = environment.getOrDefault("KUBERNETES_SERVICE_PORT", "443");
    if (host.isEmpty()) {
      throw new CannotAskException(
          "KUBERNETES_SERVICE_HOST is not set.", "Run this in a pod: the chart has a Job for it.");
    }
    try {
      HttpClient http =
          HttpClient.newBuilder()
              .sslContext(trusting(account.resolve("ca.crt")))
              .connectTimeout(PATIENCE)
              .build();
      String authority = host.contains(":") ? "[" + host + "]" : host;
      return new KubernetesApi(
          http,
          URI.create("https://%s:%s".formatted(authority, port)),
          Files.readString(account.resolve("token")).strip(),
          Files.readString(account.resolve("namespace")).strip());
    } catch (IOException | GeneralSecurityException e) {
      throw new CannotAskException(
          "What the account of the pod needs cannot be read: %s.".formatted(e),
          "Its serviceAccountName has to be that of the chart, with automountServiceAccountToken.");
    }
  }

  private static SSLContext trusting(Path authorities)
      throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    try (InputStream in = Files.newInputStream(authorities)) {
      int number = 0;
      for (Certificate one : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        store.setCertificateEntry("ca-" + number++, one);
      }
    }
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }

  /**
   * Creates a Secret.
   *
   * @return whether it was created; false if there is one of this name
   */
  boolean createSecret(JsonNode secret) {
    String path = "/api/v1/namespaces/%s/secrets".formatted(namespace);
    HttpRequest.Builder request =
        request(path)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(secret.toString()));
    HttpResponse<String> answer = send(request);
    return switch (answer.statusCode()) {
      case CREATED -> true;
      case CONFLICT -> false;
      default -> throw refused("create a Secret", answer);
    };
  }

  /** A Secret, if there is one of this name. */
  Optional<JsonNode> secret(String name) {
    return get("/api/v1/namespaces/%s/secrets/%s".formatted(namespace, name));
  }

  /** How many pods a StatefulSet is to have; 0 if there is none of this name. */
  int replicas(String statefulSet) {
    return get("/apis/apps/v1/namespaces/%s/statefulsets/%s".formatted(namespace, statefulSet))
        .map(set -> set.at("/spec/replicas").asInt(1))
        .orElse(0);
  }

  private Optional<JsonNode> get(String path) {
    HttpResponse<String> answer = send(request(path).GET());
    return switch (answer.statusCode()) {
      case 200 -> Optional.of(JSON.readTree(answer.body()));
      case NOT_FOUND -> Optional.empty();
      default -> throw refused("read " + path, answer);
    };
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(server.resolve(path))
        .timeout(PATIENCE)
        .header("Authorization", "Bearer " + token);
  }

  private HttpResponse<String> send(HttpRequest.Builder request) {
    try {
      return http.send(request.build(), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new CannotAskException(
          "Kubernetes does not answer at %s: %s.".formatted(server, e),
          "networkPolicy.apiServerPorts has to name its port as pods see it. Before an upgrade the policies of the install"
              + " still hold: docs/operations/upgrade.md says which to delete.");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** The answer to a create may repeat the Secret, so only its message is told. */
  private static CannotAskException refused(String what, HttpResponse<String> answer) {
    String said = "";
    try {
      said = JSON.readTree(answer.body()).path("message").asString("");
    } catch (RuntimeException _) {
      // Then the status has to do.
    }
    return new CannotAskException(
        "Kubernetes refuses to %s: HTTP %d %s.".formatted(what, answer.statusCode(), said),
        "The Role of the chart has to be there, and bound to the account of the pod.");
  }
}

package io.mas.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.mas.api.Gateway;
import io.mas.api.metadata.RocksMetadataStore;
import io.mas.api.token.InMemoryTokenStore;
import io.mas.api.token.TokenProperties;
import io.mas.common.cluster.InProcessDiscovery;
import io.mas.common.cluster.NodeAnnouncement;
import io.mas.dev.options.SystemTokenSettings;
import io.mas.dev.tls.CertificateAuthority;
import io.mas.dev.tls.CertificateAuthority.Pem;
import io.mas.node.StorageNodeApplication;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * A gateway and a node that speak TLS with each other, each with a certificate, by settings alone.
 */
class TlsTest {
  private static final String SYSTEM_TOKEN = "a-system-token-of-the-tests";

  @TempDir Path directory;

  private final InProcessDiscovery discovery = new InProcessDiscovery();
  private final List<NodeAnnouncement> heard = new CopyOnWriteArrayList<>();
  private final String key = randomHex();

  private static String randomHex() {
    byte[] secret = new byte[32];
    new SecureRandom().nextBytes(secret);
    return HexFormat.of().formatHex(secret);
  }

  /** What an operator sets for a bundle of PEM files. */
  private static Map<String, Object> bundle(Pem own, CertificateAuthority authority) {
    String pem = "spring.ssl.bundle.pem.internal.";
    Map<String, Object> settings = new HashMap<>();
    settings.put(pem + "keystore.certificate", "file:" + own.certificate());
    settings.put(pem + "keystore.private-key", "file:" + own.privateKey());
    settings.put(pem + "truststore.certificate", "file:" + authority.certificate());
    return settings;
  }

  private ConfigurableApplicationContext startNode(String cluster, Map<String, Object> tls) {
    Map<String, Object> settings = new HashMap<>(tls);
    settings.put("spring.config.name", "mas-node");
    settings.put("mas.node.data", directory.resolve("node").toString());
    settings.put("mas.node.port", "0");
    settings.put("mas.cluster-id", cluster);
    settings.put("mas.internal.keys", key);
    settings.put("management.server.port", "0");
    settings.put("server.ssl.bundle", "internal");
    settings.put("server.ssl.client-auth", "need");
    return new SpringApplicationBuilder(StorageNodeApplication.class)
        .properties(settings)
        .initializers(
            context -> context.getBeanFactory().registerSingleton("nodeDiscovery", discovery))
        .registerShutdownHook(false)
        .run();
  }

  private Gateway startGateway(Map<String, Object> tls, Map<String, Object> beans) {
    Map<String, Object> settings = new HashMap<>(tls);
    settings.put("server.port", 0);
    settings.put("management.server.port", 0);
    settings.put("mas.internal.keys", key);
    settings.put("mas.nodes.ssl-bundle", "internal");
    settings.putAll(SystemTokenSettings.of(SYSTEM_TOKEN));
    settings.put("mas.object.erasure", "1+0");
    settings.put("mas.placement.min-node-failures", 0);
    return Gateway.start(settings, beans);
  }

  @Test
  void filesGoThereAndBackAndAStrangerDoesNot() throws Exception {
    CertificateAuthority authority = CertificateAuthority.in(directory.resolve("ours"));
    CertificateAuthority stranger = CertificateAuthority.in(directory.resolve("strange"));
    Pem node = authority.issue("node", "ip:127.0.0.1");
    Pem gateway = authority.issue("gateway", "dns:gateway");
    Pem strange = stranger.issue("gateway", "dns:gateway");
    discovery.listen(heard::add);
    try (var metadata = RocksMetadataStore.open(directory.resolve("metadata"));
        var tokens = tokens();
        var running = startNode(metadata.clusterId(), bundle(node, authority))) {
      assertThat(heard.getLast().address().getScheme()).isEqualTo("https");
      assertThat(running.isActive()).isTrue();
      assertPlainHttpGetsNothing(heard.getLast().address());
      Map<String, Object> beans =
          Map.of("metadataStore", metadata, "tokenStore", tokens, "nodeDiscovery", discovery);
      try (Gateway ours = startGateway(bundle(gateway, authority), beans);
          MasClient client = client(ours)) {
        Content content = Content.random("tls", 3_000_000, 1);
        assertThat(client.single(content).ok()).isTrue();
        assertThat(client.download(content.hash()).sha256()).isEqualTo(content.hash());
      }
      try (Gateway theirs = startGateway(bundle(strange, authority), beans);
          MasClient client = client(theirs)) {
        // It trusts the node, but the node does not know who has issued its certificate.
        assertThat(client.single(Content.random("strange", 100_000, 2)).status()).isEqualTo(503);
      }
      try (Gateway deceived = startGateway(bundle(gateway, stranger), beans);
          MasClient client = client(deceived)) {
        assertThat(client.single(Content.random("deceived", 100_000, 3)).status()).isEqualTo(503);
      }
    }
  }

  private static InMemoryTokenStore tokens() {
    return new InMemoryTokenStore(
        new TokenProperties(
            Duration.ofSeconds(120), Duration.ofSeconds(10), Duration.ofHours(24), 1000),
        InMemoryTokenStore.steadyClock(),
        new SecureRandom());
  }

  private static MasClient client(Gateway gateway) {
    return new MasClient(URI.create("http://127.0.0.1:" + gateway.port()), SYSTEM_TOKEN);
  }

  private static void assertPlainHttpGetsNothing(URI address) throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      URI plain = URI.create("http://" + address.getAuthority() + "/internal/v1/identity");
      HttpResponse<String> answer =
          http.send(HttpRequest.newBuilder(plain).build(), HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).isEqualTo(400);
      URI tls = URI.create("https://" + address.getAuthority() + "/internal/v1/identity");
      assertThatExceptionOfType(IOException.class)
          .isThrownBy(
              () ->
                  http.send(
                      HttpRequest.newBuilder(tls).build(), HttpResponse.BodyHandlers.discarding()));
    }
  }
}

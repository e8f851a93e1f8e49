package io.mas.api.nodes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import io.mas.common.cluster.NodeIdentity;
import io.mas.common.object.ExtentId;
import io.mas.common.object.PartId;
import io.mas.common.object.ShardKey;
import io.mas.common.protocol.InternalKeys;
import io.mas.dev.tls.CertificateAuthority;
import io.mas.dev.tls.CertificateAuthority.Pem;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.ssl.DefaultSslBundleRegistry;
import org.springframework.boot.ssl.NoSuchSslBundleException;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.pem.PemSslStoreBundle;
import org.springframework.boot.ssl.pem.PemSslStoreDetails;

/** Whom a gateway speaks to over TLS, and as whom. */
@Timeout(60)
class BundledTlsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final ShardKey KEY = new ShardKey(new ExtentId(new PartId(1L << 12, 2), 0), 1, 3);

  private static CertificateAuthority authority;
  private static CertificateAuthority stranger;
  private static Pem node;

  private final List<HttpsServer> servers = new ArrayList<>();
  private final DefaultSslBundleRegistry bundles = new DefaultSslBundleRegistry();

  @BeforeAll
  static void issue(@TempDir Path directory) throws IOException {
    authority = CertificateAuthority.in(directory.resolve("ours"));
    stranger = CertificateAuthority.in(directory.resolve("strange"));
    node = authority.issue("node", "ip:127.0.0.1");
  }

  @AfterEach
  void stop() {
    servers.forEach(server -> server.stop(0));
  }

  private static SslBundle bundle(@Nullable Pem own, CertificateAuthority trusted) {
    PemSslStoreDetails key =
        own == null
            ? null
            : PemSslStoreDetails.forCertificate(own.certificate().toUri().toString())
                .withPrivateKey(own.privateKey().toUri().toString());
    String authority = trusted.certificate().toUri().toString();
    return SslBundle.of(new PemSslStoreBundle(key, PemSslStoreDetails.forCertificate(authority)));
  }

  /** A node that does what it is asked, at a host name of this machine. */
  private Member serve(String host, SslBundle identity, boolean asksForCertificate)
      throws IOException {
    HttpsServer server =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    SSLContext context = identity.createSslContext();
    server.setHttpsConfigurator(
        new HttpsConfigurator(context) {
          @Override
          public void configure(HttpsParameters parameters) {
            SSLParameters ssl = context.getDefaultSSLParameters();
            ssl.setNeedClientAuth(asksForCertificate);
            parameters.setSSLParameters(ssl);
          }
        });
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            exchange.sendResponseHeaders(204, -1);
          }
        });
    server.start();
    servers.add(server);
    return new Member(
        new NodeIdentity("cluster-1", "node-9", 42, "boot"),
        URI.create("https://" + host + ":" + server.getAddress().getPort()),
        "host",
        "zone",
        1);
  }

  private HttpShardClient client(String bundle) {
    return new HttpShardClient(
        new NodesProperties(PATIENCE, PATIENCE, PATIENCE, PATIENCE, PATIENCE, 4, bundle),
        "cluster-1",
        new RequestSigner(InternalKeys.random(new SecureRandom()), InstantSource.system()),
        BundledTls.of(bundles, bundle));
  }

  private static void assertRefused(HttpShardClient client, Member node, String why) {
    assertThatExceptionOfType(NodeException.class)
        .isThrownBy(() -> client.delete(node, KEY))
        .satisfies(e -> assertThat(e.error()).isEmpty())
        .withMessageContaining("SSL")
        .withMessageContaining(why);
  }

  @Test
  void aNodeOfTheClustersAuthorityIsSpokenTo() throws Exception {
    bundles.registerBundle("internal", bundle(null, authority));
    try (HttpShardClient client = client("internal")) {
      client.delete(serve("127.0.0.1", bundle(node, authority), false), KEY);
    }
  }

  @Test
  void aNodeOfAnotherAuthorityIsRefused() throws Exception {
    Pem theirs = stranger.issue("node", "ip:127.0.0.1");
    bundles.registerBundle("internal", bundle(null, authority));
    Member there = serve("127.0.0.1", bundle(theirs, stranger), false);
    try (HttpShardClient client = client("internal");
        HttpShardClient byThePlatform = client("")) {
      assertRefused(client, there, "PKIX path");
      assertRefused(byThePlatform, there, "PKIX path");
    }
  }

  @Test
  void aCertificateOfAnotherHostIsRefused() throws Exception {
    bundles.registerBundle("internal", bundle(null, authority));
    Member there = serve("localhost", bundle(node, authority), false);
    try (HttpShardClient client = client("internal")) {
      assertRefused(client, there, "localhost");
    }
  }

  @Test
  void aNodeMayAskForACertificate() throws Exception {
    Pem gateway = authority.issue("gateway", "dns:gateway");
    bundles.registerBundle("with", bundle(gateway, authority));
    bundles.registerBundle("without", bundle(null, authority));
    Member there = serve("127.0.0.1", bundle(node, authority), true);
    try (HttpShardClient with = client("with");
        HttpShardClient without = client("without")) {
      with.delete(there, KEY);
      assertThatExceptionOfType(NodeException.class).isThrownBy(() -> without.delete(there, KEY));
    }
  }

  /** An authority that is replaced needs no restart of the gateways. */
  @Test
  void aBundleThatChangesHoldsFromThenOn() throws Exception {
    bundles.registerBundle("internal", bundle(null, stranger));
    Member there = serve("127.0.0.1", bundle(node, authority), false);
    try (HttpShardClient client = client("internal")) {
      assertRefused(client, there, "PKIX path");
      bundles.updateBundle("internal", bundle(null, authority));
      client.delete(there, KEY);
    }
  }

  @Test
  void aBundleThatIsNotThereIsNamed() {
    assertThatExceptionOfType(NoSuchSslBundleException.class)
        .isThrownBy(() -> client("internal"))
        .withMessageContaining("'internal'");
  }
}

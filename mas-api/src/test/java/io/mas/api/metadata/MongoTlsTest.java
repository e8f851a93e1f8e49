package io.mas.api.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import io.mas.common.error.MasException;
import io.mas.dev.tls.CertificateAuthority;
import io.mas.dev.tls.CertificateAuthority.Pem;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.ssl.pem.PemContent;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** TLS to a database whose certificate is signed by an authority that the JVM does not know. */
class MongoTlsTest {
  @TempDir Path directory;
  private final MongoServer server = new MongoServer(new MemoryBackend());
  private CertificateAuthority authority;
  private String uri;

  @BeforeEach
  void start() throws Exception {
    authority = CertificateAuthority.in(directory);
    Pem pem = authority.issue("server", "ip:127.0.0.1");
    PrivateKey key = PemContent.of(Files.readString(pem.privateKey())).getPrivateKey();
    X509Certificate[] chain =
        PemContent.of(Files.readString(pem.certificate()))
            .getCertificates()
            .toArray(X509Certificate[]::new);
    server.enableSsl(key, null, chain);
    uri = "mongodb://127.0.0.1:" + server.bind().getPort();
  }

  @AfterEach
  void stop() {
    server.shutdownNow();
  }

  @Test
  void theBundleSaysWhomToTrust() {
    new ApplicationContextRunner()
        .withConfiguration(AutoConfigurations.of(SslAutoConfiguration.class))
        .withUserConfiguration(MetadataConfiguration.class)
        .withBean(MeterRegistry.class, SimpleMeterRegistry::new)
        .withPropertyValues(
            "mas.mongodb.uri=" + uri,
            "mas.mongodb.ssl-bundle=mongodb",
            "mas.cluster-id=mas-1",
            "spring.ssl.bundle.pem.mongodb.truststore.certificate=file:" + authority.certificate())
        .run(
            started ->
                assertThat(started.getBean(MetadataStore.class).clusterId()).isEqualTo("mas-1"));
  }

  @Test
  void withoutItNobodyVouchesForTheServer() {
    Duration second = Duration.ofSeconds(1);
    for (String options : List.of("/?tls=true", "/")) {
      MongoProperties properties =
          new MongoProperties(uri + options, null, second, second, second, 2);
      assertThatThrownBy(() -> MongoMetadataStore.open(properties))
          .isInstanceOf(MasException.class);
    }
  }
}

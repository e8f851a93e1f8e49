package io.mas.api.token;

import static io.mas.api.token.TokenGrant.Action.DOWNLOAD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.SslOptions;
import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import io.mas.common.object.ObjectHash;
import io.mas.dev.server.RedisServer;
import io.mas.dev.server.RedisServer.Persistence;
import io.mas.dev.server.ServerProcess;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.pem.PemSslStoreBundle;
import org.springframework.boot.ssl.pem.PemSslStoreDetails;

/** A server that speaks TLS, with a certificate that the JVM does not trust by itself. */
class RedisTlsTest {
  private static final TokenGrant GRANT =
      TokenGrant.download(new ObjectHash("34".repeat(32)), null, null);

  @TempDir static Path directory;

  @BeforeAll
  static void makeCertificate() throws Exception {
    Process openssl =
        new ProcessBuilder(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-days",
                "2",
                "-subj",
                "/CN=localhost",
                "-addext",
                "subjectAltName=DNS:localhost",
                "-keyout",
                "key.pem",
                "-out",
                "certificate.pem")
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("openssl.log").toFile())
            .start();
    assertThat(openssl.waitFor()).isZero();
  }

  @Test
  void onlyAServerThatTheBundleTrustsIsUsed() {
    int port = ServerProcess.freePort();
    Path certificate = directory.resolve("certificate.pem");
    try (var redis =
        new RedisServer(
            directory.resolve("redis"),
            Persistence.NONE,
            "tls-port " + port,
            "tls-cert-file " + certificate,
            "tls-key-file " + directory.resolve("key.pem"),
            "tls-auth-clients no")) {
      redis.start();
      var bundle =
          SslBundle.of(
              new PemSslStoreBundle(
                  null, PemSslStoreDetails.forCertificate(certificate.toUri().toString())));
      try (TokenStore tokens = store(port, TokenConfiguration.ssl(bundle))) {
        assertThat(tokens.use(tokens.issue(GRANT), DOWNLOAD)).contains(GRANT);
      }
      try (TokenStore tokens = store(port, SslOptions.create())) {
        assertThatThrownBy(() -> tokens.issue(GRANT))
            .isInstanceOfSatisfying(
                MasException.class,
                e -> assertThat(e.code()).isEqualTo(ErrorCode.TOKEN_STORE_UNREACHABLE))
            .hasStackTraceContaining("unable to find valid certification path");
      }
    }
  }

  private static TokenStore store(int port, SslOptions ssl) {
    var redis = new RedisProperties("rediss://localhost:" + port, null, TestRedis.TIMEOUT);
    TokenProperties tokens =
        TestRedis.tokens(Duration.ofMinutes(2), Duration.ofSeconds(10), Duration.ofHours(24));
    return TestRedis.store(redis, tokens, ssl, new SimpleMeterRegistry());
  }
}

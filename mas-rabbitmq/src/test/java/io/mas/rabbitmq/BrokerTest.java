package io.mas.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BrokerTest {
  private static final char[] PASSWORD = "secret-of-the-store".toCharArray();

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({
    "amqp://guest:pa55word@host/vhost, amqp://host:5672/vhost",
    "amqp://host:1234, amqp://host:1234",
    "amqps://user:pa55word@host, amqps://host:5671"
  })
  void isNamedWithoutCredentials(String uri, String name) {
    assertThat(new Broker(uri, null).name()).isEqualTo(name);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "pa55word",
        "http://pa55word@host",
        "amqp://user:pa55word@",
        "amqp://user:pa55 word@host",
        "amqp://a:pa55word:c@host",
        "amqp://host/vhost/pa55word",
        "amqp://host/%pa55word",
        "amqp://host:pa55word"
      })
  void aUriThatNamesNoBrokerIsRefusedAndNotRepeated(String uri) {
    assertThatThrownBy(() -> new Broker(uri, null))
        .isInstanceOf(RabbitUriException.class)
        .hasMessageContaining("mas.rabbitmq.uri")
        .hasMessageNotContaining("pa55");
  }

  // TLS

  @Test
  void aCertificateThatNobodyVouchesForIsRefused() throws Exception {
    KeyStore store = certificate("localhost");
    assertThatThrownBy(() -> connectOverTls(store, null))
        .hasRootCauseMessage("unable to find valid certification path to requested target");
  }

  @Test
  void aCertificateOfAnotherHostIsRefused() throws Exception {
    KeyStore store = certificate("elsewhere.example");
    assertThatThrownBy(() -> connectOverTls(store, trusting(store)))
        .isInstanceOf(SSLHandshakeException.class)
        .hasMessageContaining("localhost");
  }

  @Test
  void aTrustedCertificateOfTheHostIsTaken() throws Exception {
    KeyStore store = certificate("localhost");
    assertThat(connectOverTls(store, trusting(store))).isEqualTo("AMQP");
  }

  /** The first bytes that a server with this certificate is sent. */
  private static String connectOverTls(KeyStore store, @Nullable SSLContext client)
      throws Exception {
    try (SSLServerSocket server = listen(store)) {
      CompletableFuture<String> greeting = CompletableFuture.supplyAsync(() -> greeting(server));
      try {
        new Broker("amqps://localhost:" + server.getLocalPort(), client).connect("test");
        throw new AssertionError("no broker is there");
      } catch (SSLHandshakeException e) {
        throw e;
      } catch (IOException _) {
        return greeting.join();
      }
    }
  }

  private static SSLServerSocket listen(KeyStore store) throws Exception {
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(store, PASSWORD);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    return (SSLServerSocket) context.getServerSocketFactory().createServerSocket(0);
  }

  private static String greeting(SSLServerSocket server) {
    try (SSLSocket socket = (SSLSocket) server.accept()) {
      return new String(socket.getInputStream().readNBytes(4), StandardCharsets.US_ASCII);
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static SSLContext trusting(KeyStore store) throws Exception {
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }

  /** A key, with a certificate that it has signed itself. */
  private KeyStore certificate(String host) throws Exception {
    Path file = directory.resolve(host + ".p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "broker",
                "-keyalg",
                "EC",
                "-dname",
                "CN=" + host,
                "-ext",
                "SAN=dns:" + host,
                "-keystore",
                file.toString(),
                "-storepass",
                new String(PASSWORD))
            .redirectErrorStream(true)
            .start();
    String output = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(keytool.waitFor()).as(output).isZero();
    KeyStore pair = KeyStore.getInstance(file.toFile(), PASSWORD);
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry(
        "broker", pair.getKey("broker", PASSWORD), PASSWORD, pair.getCertificateChain("broker"));
    store.setCertificateEntry("trusted", pair.getCertificate("broker"));
    return store;
  }
}

package io.mas.api.nodes;

import java.io.IOException;
import java.net.Socket;
import javax.net.ssl.SSLSocket;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.client5.http.ssl.HostnameVerificationPolicy;
import org.apache.hc.client5.http.ssl.HttpsSupport;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.reactor.ssl.SSLBufferMode;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.ssl.SslOptions;

/**
 * TLS to nodes whose address begins with {@code https}: trusts whom the bundle trusts, shows its
 * certificate to a node that asks for one, and requires that the node's names the host that it is
 * reached by. A bundle that changes holds for new connections. Thread-safe.
 */
final class BundledTls implements TlsSocketStrategy {
  private volatile TlsSocketStrategy current;

  private BundledTls(SslBundle bundle) {
    this.current = strategy(bundle);
  }

  /**
   * TLS by a bundle of {@code spring.ssl.bundle}, or by the platform's trust if there is no name.
   */
  static TlsSocketStrategy of(SslBundles bundles, String name) {
    if (name.isEmpty()) {
      return DefaultClientTlsStrategy.createDefault();
    }
    BundledTls tls = new BundledTls(bundles.getBundle(name));
    bundles.addBundleUpdateHandler(name, bundle -> tls.current = strategy(bundle));
    return tls;
  }

  private static TlsSocketStrategy strategy(SslBundle bundle) {
    SslOptions options = bundle.getOptions();
    return new DefaultClientTlsStrategy(
        bundle.createSslContext(),
        options.getEnabledProtocols(),
        options.getCiphers(),
        SSLBufferMode.STATIC,
        HostnameVerificationPolicy.BOTH,
        HttpsSupport.getDefaultHostnameVerifier());
  }

  @Override
  public SSLSocket upgrade(
      Socket socket, String target, int port, Object attachment, HttpContext context)
      throws IOException {
    return current.upgrade(socket, target, port, attachment, context);
  }
}

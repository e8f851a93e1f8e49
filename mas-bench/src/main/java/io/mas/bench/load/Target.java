package io.mas.bench.load;

import java.net.InetSocketAddress;
import java.net.URI;
import java.util.OptionalLong;

/**
 * The store under load.
 *
 * @param url of its API, http
 * @param systemToken the secret of the business backend
 * @param pid of its process, if it is on this machine and known
 */
record Target(URI url, String systemToken, OptionalLong pid) {
  Target {
    if (!"http".equals(url.getScheme()) || url.getHost() == null) {
      throw new LoadProblem("--url is '%s', expected such as http://127.0.0.1:8080".formatted(url));
    }
  }

  InetSocketAddress address() {
    InetSocketAddress address =
        new InetSocketAddress(url.getHost(), url.getPort() < 0 ? 80 : url.getPort());
    if (address.isUnresolved()) {
      throw new LoadProblem("--url: the host '%s' is unknown".formatted(url.getHost()));
    }
    return address;
  }

  @Override
  public String toString() {
    return url.toString();
  }
}

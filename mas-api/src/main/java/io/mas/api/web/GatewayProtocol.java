package io.mas.api.web;

import java.io.IOException;
import org.apache.coyote.Processor;
import org.apache.coyote.http11.AbstractHttp11Protocol;
import org.apache.coyote.http11.Http11NioProtocol;
import org.apache.coyote.http11.Http11Processor;
import org.apache.tomcat.util.net.AbstractEndpoint.Handler.SocketState;
import org.apache.tomcat.util.net.SocketWrapperBase;

/**
 * Tomcat's HTTP/1.1, which also tells each request the socket that it is on: the servlet API has no
 * way to end a request that is blocked in its socket. Public, with this constructor, because Tomcat
 * makes it by name.
 */
public final class GatewayProtocol extends Http11NioProtocol {
  /** Where a coyote request keeps its socket; notes 17 to 31 are free, and survive keep-alive. */
  static final int SOCKET_NOTE = 17;

  @Override
  protected Processor createProcessor() {
    return new SocketNotingProcessor(this);
  }

  private static final class SocketNotingProcessor extends Http11Processor {
    SocketNotingProcessor(AbstractHttp11Protocol<?> protocol) {
      super(protocol, protocol.getAdapter());
    }

    @Override
    public SocketState service(SocketWrapperBase<?> socket) throws IOException {
      getRequest().setNote(SOCKET_NOTE, socket);
      try {
        return super.service(socket);
      } finally {
        getRequest().setNote(SOCKET_NOTE, null);
      }
    }
  }
}

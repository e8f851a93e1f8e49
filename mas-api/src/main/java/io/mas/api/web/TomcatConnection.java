package io.mas.api.web;

import jakarta.servlet.ServletException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;
import org.apache.coyote.ActionCode;
import org.apache.tomcat.util.net.ApplicationBufferHandler;
import org.apache.tomcat.util.net.NioChannel;
import org.apache.tomcat.util.net.SocketWrapperBase;
import org.jspecify.annotations.Nullable;

/**
 * The connection of a request on Tomcat.
 *
 * @param request Tomcat's own
 * @param channel its socket, or null if the protocol does not tell
 */
record TomcatConnection(org.apache.coyote.Request request, @Nullable NioChannel channel)
    implements ClientConnection {

  @Override
  public void abort() {
    request.action(ActionCode.CLOSE_NOW, null);
  }

  @Override
  public InputStream rest() {
    return new Rest(request);
  }

  @Override
  public void leaveBody() {
    request.action(ActionCode.DISABLE_SWALLOW_INPUT, null);
  }

  @Override
  public void cut() {
    if (channel == null) {
      return;
    }
    try {
      channel.getIOChannel().close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads below Tomcat's request, which is closed for reading when the answer is complete. */
  private static final class Rest extends InputStream implements ApplicationBufferHandler {
    private final org.apache.coyote.Request request;
    private ByteBuffer buffer = ByteBuffer.allocate(0);

    Rest(org.apache.coyote.Request request) {
      this.request = request;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      if (!buffer.hasRemaining() && request.doRead(this) < 0) {
        return -1;
      }
      int n = Math.min(length, buffer.remaining());
      buffer.get(bytes, offset, n);
      return n;
    }

    @Override
    public void setByteBuffer(ByteBuffer filled) {
      buffer = filled;
    }

    @Override
    public ByteBuffer getByteBuffer() {
      return buffer;
    }

    /** Only of use to a header parser. */
    @Override
    public void expand(int size) {}
  }

  /** Gives each request its connection. */
  static final class Valve extends ValveBase {
    Valve() {
      super(true);
    }

    @Override
    public void invoke(Request request, Response response) throws IOException, ServletException {
      var coyote = Objects.requireNonNull(request.getCoyoteRequest());
      request.setAttribute(
          ClientConnection.ATTRIBUTE, new TomcatConnection(coyote, channel(coyote)));
      getNext().invoke(request, response);
    }

    private static @Nullable NioChannel channel(org.apache.coyote.Request request) {
      return request.getNote(GatewayProtocol.SOCKET_NOTE) instanceof SocketWrapperBase<?> socket
              && socket.getSocket() instanceof NioChannel channel
          ? channel
          : null;
    }
  }
}

package io.mas.node.web;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import java.io.IOException;
import java.util.HexFormat;
import java.util.zip.CRC32C;

/**
 * A body whose length and CRC32C were signed. Its last bytes are given out only if all of it is
 * what was signed, so whoever reads it to its end has what the caller sent.
 */
final class SignedBody extends ServletInputStream {
  private static final int DRAIN_BYTES = 64 << 10;

  private final ServletInputStream in;
  private final String signedCrc;
  private final CRC32C crc = new CRC32C();
  private long left;

  /**
   * @param length bytes of the body; the server sees to it that there are no more
   * @param signedCrc their CRC32C, 8 hexadecimal digits
   */
  SignedBody(ServletInputStream in, long length, String signedCrc) {
    this.in = in;
    this.left = length;
    this.signedCrc = signedCrc;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    int n = in.read(bytes, offset, length);
    if (n > 0) {
      crc.update(bytes, offset, n);
      left -= n;
      if (altered()) {
        throw RequestAuthenticator.unauthenticated("has another body than was signed");
      }
    }
    return n;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  /** Whether the body was read to its end and is not what was signed. */
  boolean altered() {
    return left <= 0 && !HexFormat.of().toHexDigits((int) crc.getValue()).equals(signedCrc);
  }

  /** Reads what was left of a body of at most so many bytes by whoever refused it. */
  void drain(int maxBytes) throws IOException {
    if (left <= 0 || left > maxBytes) {
      return;
    }
    byte[] dropped = new byte[(int) Math.min(DRAIN_BYTES, left)];
    int n = 0;
    while (n >= 0 && left > 0) {
      n = in.read(dropped);
      crc.update(dropped, 0, Math.max(0, n));
      left -= Math.max(0, n);
    }
  }

  @Override
  public boolean isFinished() {
    return in.isFinished();
  }

  @Override
  public boolean isReady() {
    return in.isReady();
  }

  @Override
  public void setReadListener(ReadListener listener) {
    throw new IllegalStateException("bodies are read by blocking calls");
  }
}

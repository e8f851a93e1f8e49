package io.mas.common.error;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A failure that the client is told about. The message names the thing, its value and what was
 * expected; it never contains a token, an address or a path of the server.
 */
public final class MasException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final ErrorCode code;
  private final transient @Nullable Map<String, Object> data;

  public MasException(ErrorCode code, String message) {
    this(code, message, null, null);
  }

  public MasException(ErrorCode code, String message, @Nullable Throwable cause) {
    this(code, message, cause, null);
  }

  private MasException(
      ErrorCode code,
      String message,
      @Nullable Throwable cause,
      @Nullable Map<String, Object> data) {
    super(message, cause);
    this.code = code;
    this.data = data;
  }

  /**
   * The same failure with a {@code data} object for the envelope, such as {@code missing} ranges.
   */
  public MasException withData(Map<String, Object> data) {
    return new MasException(code, String.valueOf(getMessage()), getCause(), Map.copyOf(data));
  }

  public ErrorCode code() {
    return code;
  }

  /** What the envelope's {@code data} holds, or null. */
  public @Nullable Map<String, Object> data() {
    return data;
  }
}

package io.mas.dev.operator;

/** The store was asked, and has no such file. */
public final class NoSuchFileException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** The contract's code. */
  static final int CODE = 5407;

  NoSuchFileException(String message) {
    super(message);
  }
}

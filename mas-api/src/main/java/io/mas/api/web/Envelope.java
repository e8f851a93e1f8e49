package io.mas.api.web;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import org.jspecify.annotations.Nullable;

/**
 * The shape of every JSON answer.
 *
 * @param status whether the request succeeded
 * @param code 200, or a code of the contract's table
 * @param msg for a person; "" on success
 * @param data an object, or null
 */
@JsonPropertyOrder({"status", "code", "msg", "data"})
record Envelope(boolean status, int code, String msg, @Nullable Object data) {

  /** The code of every success. */
  static final int SUCCESS = 200;

  static Envelope of(@Nullable Object data) {
    return new Envelope(true, SUCCESS, "", data);
  }
}

package io.mas.common.error;

/**
 * The codes of the contract ({@code spec/api-v1.md}, section "Codes"). Numbers and HTTP statuses
 * never change; clients depend on them.
 */
public enum ErrorCode {
  CONFIGURATION_UNREADABLE(5001, 500, "Signing key or configuration unreadable"),
  TOO_FEW_NODES(5002, 503, "Too few storage nodes"),
  PLACEMENT_IMPOSSIBLE(5701, 503, "Too few storage nodes to place the shards safely"),
  TOKEN_STORE_UNREACHABLE(5101, 503, "Token store unreachable"),
  TOKEN_STORE_REFUSED(5102, 503, "Token store refuses the credentials"),
  UNREADABLE_BODY(5201, 400, "Unreadable body"),
  PARAMETER_LENGTH(5203, 400, "Parameter length not allowed"),
  PARAMETER_MISSING(5204, 400, "Parameter missing"),
  PARAMETER_MALFORMED(5205, 400, "Parameter malformed"),
  TOKEN_INVALID(5301, 401, "Temporary token invalid"),
  SYSTEM_TOKEN_INVALID(5303, 401, "systemToken wrong or missing"),
  NO_FILE_PART(5401, 400, "No file part"),
  CONTENT_MISMATCH(5403, 422, "Content does not match the token's hash"),
  TOO_FEW_SHARDS(5404, 503, "Too few healthy shards to read the file now"),
  CHUNK_CONFLICT(5405, 409, "Chunk conflict"),
  STORING_FAILED(5406, 503, "Storing failed"),
  NO_SUCH_FILE(5407, 404, "No such file"),
  RETRIES_EXHAUSTED(5408, 503, "Storing failed on every node tried"),
  DOWNLOAD_BROKE_OFF(5409, 502, "Download broke off"),
  UPLOAD_NOT_INITIALISED(5410, 409, "Upload was not initialised"),
  ALREADY_STORED(5411, 409, "File already stored"),
  TOO_LARGE(5412, 413, "Larger than allowed"),
  UPLOAD_NOT_FINISHED(5413, 409, "Upload not finished"),
  LISTING_FAILED(5414, 503, "Listing failed"),
  TOO_MANY_REQUESTS(5429, 429, "Too many requests"),
  METADATA_UNREACHABLE(5500, 503, "Metadata store unreachable"),
  METADATA_NOT_SAVED(5501, 503, "Metadata could not be saved, try again"),
  COMPRESSION_FAILED(5601, 500, "Compression failed"),
  DECOMPRESSION_FAILED(5602, 500, "Decompression failed"),
  BROKER_CONNECT_FAILED(5801, 503, "Broker unreachable"),
  BROKER_BIND_FAILED(5802, 503, "Broker refuses the binding");

  private final int code;
  private final int httpStatus;
  private final String title;

  ErrorCode(int code, int httpStatus, String title) {
    this.code = code;
    this.httpStatus = httpStatus;
    this.title = title;
  }

  /** The four-digit code that clients see. */
  public int code() {
    return code;
  }

  /** The HTTP status that carries the code. */
  public int httpStatus() {
    return httpStatus;
  }

  /** A short, constant text; the message of a particular failure is in the exception. */
  public String title() {
    return title;
  }
}

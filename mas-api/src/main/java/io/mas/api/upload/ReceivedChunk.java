package io.mas.api.upload;

/** A chunk whose bytes are stored but not yet listed; closing it unlisted discards it. */
public interface ReceivedChunk extends AutoCloseable {

  /**
   * Lists the chunk in its upload under {@code number}. The same bytes again are success.
   *
   * @return how many chunks of the upload are stored now
   * @throws io.mas.common.error.MasException UPLOAD_NOT_INITIALISED, ALREADY_STORED,
   *     CHUNK_CONFLICT, PARAMETER_MALFORMED for a number outside 1 to 10000
   */
  int list(int number);

  @Override
  void close();
}

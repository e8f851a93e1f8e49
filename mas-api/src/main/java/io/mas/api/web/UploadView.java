package io.mas.api.web;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.mas.api.upload.UploadProgress;

/**
 * What {@code init} answers: FileInfo and, beside its fields, how far the upload is.
 *
 * @param file its fields are the answer's own
 * @param chunks ranges already stored, such as {@code 1-14,17}; "" for none
 * @param chunkMaxSize bytes
 * @param expires Unix seconds
 */
@JsonPropertyOrder({"file", "chunks", "chunk_max_size", "expires"})
record UploadView(
    @JsonUnwrapped FileView file,
    String chunks,
    @JsonProperty("chunk_max_size") long chunkMaxSize,
    long expires) {

  static UploadView of(UploadProgress progress) {
    return new UploadView(
        FileView.of(progress.file()),
        progress.chunks(),
        progress.chunkMaxSize(),
        progress.expires());
  }
}

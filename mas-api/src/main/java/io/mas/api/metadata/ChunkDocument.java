package io.mas.api.metadata;

import io.mas.common.object.PartId;

/**
 * {@code chunks/{hash, session, generation, number}}: which part a chunk is stored as. The id is
 * unique: the first insert wins.
 *
 * @param upload the upload
 * @param generation the upload's generation
 * @param number 1 to {@value FileDocument#MAX_PARTS}
 * @param part the chunk's bytes
 * @param length of the chunk in bytes, at least 1
 */
public record ChunkDocument(
    UploadId upload, long generation, int number, PartId part, long length) {
  public ChunkDocument {
    if (number < 1 || number > FileDocument.MAX_PARTS) {
      throw new IllegalArgumentException(
          "chunk number %d, expected 1 to %d".formatted(number, FileDocument.MAX_PARTS));
    }
    if (length < 1) {
      throw new IllegalArgumentException("chunk of %d bytes, expected 1 or more".formatted(length));
    }
  }
}

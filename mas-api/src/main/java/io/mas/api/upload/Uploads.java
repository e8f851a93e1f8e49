package io.mas.api.upload;

import io.mas.api.object.FileInfo;
import io.mas.api.token.TokenGrant;
import java.io.InputStream;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * The verbs of uploading. Every method may be repeated; each throws {@link
 * io.mas.common.error.MasException} with the codes of {@code api-v1.md}. Thread-safe; blocks.
 * Bodies are read as streams, on the caller's thread, and never beyond their limit; a body that
 * cannot be read ends with the IOException wrapped as UNREADABLE_BODY.
 */
public interface Uploads {

  /** Looks up whether the file is stored, before the body of a single upload is asked for. */
  SingleFile single(TokenGrant grant);

  /** Begins or resumes an upload in chunks. */
  UploadProgress init(TokenGrant grant, String name, OptionalLong size, OptionalInt chunks);

  /**
   * Fails early, before the body is read, if the upload takes no chunk now: UPLOAD_NOT_INITIALISED,
   * ALREADY_STORED, CHUNK_CONFLICT while it is being finished.
   */
  void requireOpen(TokenGrant grant);

  /** Stores the bytes of a chunk, whose number may not be known yet; its listing may be refused. */
  ReceivedChunk receive(TokenGrant grant, InputStream body);

  /**
   * Completes an upload: verifies the whole content and commits it. A second call joins one that is
   * running on this gateway.
   */
  FileInfo finish(TokenGrant grant, OptionalLong size, OptionalInt chunks);

  /**
   * The same in the background; a repeated call tells how it stands.
   *
   * @return the file's info if it is done; its persistence is false while the work goes on
   */
  FileInfo finishAsync(TokenGrant grant, OptionalLong size, OptionalInt chunks);

  /** Gives the upload up; its chunks are collected. Nothing happens if there is none. */
  void abort(TokenGrant grant);
}

package io.mas.api.web;

import io.mas.api.object.FileInfo;
import io.mas.api.token.TokenGrant;
import io.mas.api.upload.ReceivedChunk;
import io.mas.api.upload.SingleFile;
import io.mas.api.upload.UploadProperties;
import io.mas.api.upload.Uploads;
import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.OptionalInt;

/**
 * Hands the {@code file} part of an upload's form to the upload while it arrives. What is plainly
 * too large is refused before it is asked for. Thread-safe.
 */
final class UploadForms {
  /** What a form may have besides the file's bytes: boundaries, part headers, small fields. */
  private static final long FORM_OVERHEAD_BYTES = 256 * 1024;

  private final Uploads uploads;
  private final UploadProperties sizes;

  UploadForms(Uploads uploads, UploadProperties sizes) {
    this.uploads = uploads;
    this.sizes = sizes;
  }

  FileInfo single(HttpServletRequest request, TokenGrant grant, SingleFile file) {
    long max = Math.min(sizes.fileMaxSize().toBytes(), maxSize(grant));
    requireAtMost(request.getContentLengthLong() - FORM_OVERHEAD_BYTES, max);
    try {
      MultipartForm form = MultipartForm.open(request.getContentType(), body(request));
      for (MultipartForm.Part part = form.next(); part != null; part = form.next()) {
        if (part.isFile()) {
          return file.store(filename(part), part.content());
        }
        part.value();
      }
      throw noFile();
    } catch (IOException e) {
      throw cutShort(e);
    }
  }

  /** Stores a chunk; returns how many there are. */
  int chunk(HttpServletRequest request, TokenGrant grant, OptionalInt numberInQuery) {
    long max = Math.min(sizes.chunkMaxSize().toBytes(), maxSize(grant));
    requireAtMost(request.getContentLengthLong() - FORM_OVERHEAD_BYTES, max);
    try {
      MultipartForm form = MultipartForm.open(request.getContentType(), body(request));
      OptionalInt number = numberInQuery;
      for (MultipartForm.Part part = form.next(); part != null; part = form.next()) {
        if (part.isFile()) {
          return receive(form, part, grant, number);
        }
        number = numberIn(part, number);
      }
      throw noFile();
    } catch (IOException e) {
      throw cutShort(e);
    }
  }

  private int receive(
      MultipartForm form, MultipartForm.Part file, TokenGrant grant, OptionalInt numberBefore)
      throws IOException {
    try (ReceivedChunk chunk = uploads.receive(grant, file.content())) {
      OptionalInt number = numberBefore;
      for (MultipartForm.Part part = form.next(); part != null; part = form.next()) {
        if (part.isFile()) {
          throw MultipartForm.unreadable("the form has two file parts", null);
        }
        number = numberIn(part, number);
      }
      return chunk.list(number.orElseThrow(() -> Parameters.missing("chuck")));
    }
  }

  private static OptionalInt numberIn(MultipartForm.Part part, OptionalInt known)
      throws IOException {
    String value = part.value();
    return part.field().equals("chuck") && known.isEmpty()
        ? OptionalInt.of(Parameters.number("chuck", value, 1, UploadController.MAX_CHUNKS))
        : known;
  }

  private static GuardedBody body(HttpServletRequest request) throws IOException {
    return Exchange.of(request).body();
  }

  private static String filename(MultipartForm.Part part) {
    String filename = part.filename();
    if (filename == null) {
      throw Parameters.missing("the file part's filename");
    }
    if (!part.utf8()) {
      throw Parameters.malformed("the file's name is not UTF-8"); // it would be kept as another
    }
    return Parameters.name(filename);
  }

  private static long maxSize(TokenGrant grant) {
    return grant.maxSize().orElse(Long.MAX_VALUE);
  }

  private static void requireAtMost(long bytes, long max) {
    if (bytes > max) {
      throw new MasException(ErrorCode.TOO_LARGE, "%d bytes, allowed are %d".formatted(bytes, max));
    }
  }

  private static MasException noFile() {
    return new MasException(ErrorCode.NO_FILE_PART, "the form has no file part");
  }

  private static MasException cutShort(IOException e) {
    return MultipartForm.unreadable("the body is malformed, ended early or came too slowly", e);
  }
}

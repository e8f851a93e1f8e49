package io.mas.api.metadata;

import io.mas.common.object.ObjectHash;
import java.util.Optional;

/**
 * Reads of a file whose answer ends a request. A primary that is one no more may answer a majority
 * read for some seconds, without what another has acknowledged meanwhile (MongoDB Manual, Read
 * Concern "linearizable"): what would be told to a client for good is read once more.
 */
public final class SureFile {
  private SureFile() {}

  /** A read of one file with the concern that is asked for. */
  @FunctionalInterface
  public interface Read {
    /** Reads. */
    Optional<FileDocument> with(Concern concern);
  }

  /** For an answer that says "stored", and so acknowledges what may be deleted since. */
  public static Optional<FileDocument> ifLive(MetadataStore metadata, ObjectHash hash) {
    Optional<FileDocument> read = metadata.file(hash, Concern.MAJORITY);
    return live(read) ? metadata.file(hash, Concern.LINEARIZABLE) : read;
  }

  /** For an answer that says "no such file" of one that may be stored since. */
  public static Optional<FileDocument> ifNot(Read file) {
    Optional<FileDocument> read = file.with(Concern.MAJORITY);
    return live(read) ? read : file.with(Concern.LINEARIZABLE);
  }

  private static boolean live(Optional<FileDocument> file) {
    return file.filter(FileDocument::live).isPresent();
  }
}

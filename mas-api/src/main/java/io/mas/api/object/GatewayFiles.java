package io.mas.api.object;

import io.mas.api.block.RequestBuffers;
import io.mas.api.metadata.Concern;
import io.mas.api.metadata.FileDocument;
import io.mas.api.metadata.GarbageDocument;
import io.mas.api.metadata.MetadataStore;
import io.mas.api.metadata.SureFile;
import io.mas.api.metadata.UploadDocument;
import io.mas.api.metadata.WriteOutcome;
import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import io.mas.common.object.ByteRange;
import io.mas.common.object.ObjectHash;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;

/** The files of this store. */
final class GatewayFiles implements Files {
  /**
   * Rounds against others who change the same document, before the client is asked to try again.
   */
  private static final int MAX_ROUNDS = 20;

  private final MetadataStore metadata;
  private final FileCache downloads;
  private final FileReader reader;
  private final ExtentSource extents;
  private final CommitRecords records;
  private final Settings settings;

  /**
   * @param properties for the grace of deleted files
   * @param clock for due times
   */
  record Settings(ObjectProperties properties, InstantSource clock) {}

  GatewayFiles(
      MetadataStore metadata,
      FileCache downloads,
      FileReader reader,
      ExtentSource extents,
      CommitRecords records,
      Settings settings) {
    this.metadata = metadata;
    this.downloads = downloads;
    this.reader = reader;
    this.extents = extents;
    this.records = records;
    this.settings = settings;
  }

  @Override
  public FileInfo info(ObjectHash hash) {
    return SureFile.ifNot(concern -> metadata.file(hash, concern))
        .filter(FileDocument::live)
        .map(FileInfo::of)
        .orElseThrow(() -> noSuchFile(hash));
  }

  @Override
  public StoredFile open(ObjectHash hash) {
    return downloads
        .read(hash)
        .filter(FileDocument::live)
        .map(Opened::new)
        .orElseThrow(() -> underWay(hash) ? notFinished(hash) : noSuchFile(hash));
  }

  private boolean underWay(ObjectHash hash) {
    return metadata.uploads(hash).stream().anyMatch(UploadDocument::underWay);
  }

  @Override
  public FileInfo delete(ObjectHash hash) {
    for (int round = 0; round < MAX_ROUNDS; round++) {
      FileDocument file = live(hash, Concern.LINEARIZABLE).orElseThrow(() -> noSuchFile(hash));
      // Noted first: a crash in between leaves a note too many, not one too few.
      String note = note(file);
      CrashPoint.reached("delete.noted");
      FileDocument deleted = file.deleted();
      WriteOutcome outcome = metadata.compareAndSetFile(deleted);
      CrashPoint.reached("delete.applied");
      if (outcome == WriteOutcome.APPLIED) {
        downloads.saw(deleted);
        records.deleted(deleted);
        return FileInfo.of(file);
      }
      if (outcome == WriteOutcome.UNKNOWN) {
        break;
      }
      metadata.removeGarbage(note);
    }
    throw new MasException(
        ErrorCode.METADATA_NOT_SAVED, "the deletion of %s was not saved".formatted(hash));
  }

  private String note(FileDocument file) {
    String id = UUID.randomUUID().toString();
    if (!file.parts().isEmpty()) {
      metadata.putGarbage(
          new GarbageDocument(
              id,
              settings.clock().millis() + settings.properties().deleteGrace().toMillis(),
              new GarbageDocument.Parts(
                  file.hash(), file.parts().stream().map(FileDocument.Part::id).toList())));
    }
    return id;
  }

  @Override
  public Page list(String namePrefix, String cursor, int limit) {
    MetadataStore.FilePage page = metadata.files(namePrefix, cursor, limit);
    return new Page(page.files().stream().map(FileInfo::of).toList(), page.cursor());
  }

  private Optional<FileDocument> live(ObjectHash hash, Concern concern) {
    return metadata.file(hash, concern).filter(FileDocument::live);
  }

  private static MasException noSuchFile(ObjectHash hash) {
    return new MasException(ErrorCode.NO_SUCH_FILE, "no file %s is stored".formatted(hash));
  }

  private static MasException notFinished(ObjectHash hash) {
    return new MasException(
        ErrorCode.UPLOAD_NOT_FINISHED, "the upload of %s is not finished".formatted(hash));
  }

  /** A live file's document, held for reading. */
  private final class Opened implements StoredFile {
    private final FileDocument file;
    private final RequestBuffers buffers = reader.buffers();

    Opened(FileDocument file) {
      this.file = file;
    }

    @Override
    public FileInfo info() {
      return FileInfo.of(file);
    }

    @Override
    public Reading read(ByteRange range) {
      if (range.end() > file.size()) {
        throw new IllegalArgumentException(
            "range to %d of a file of %d bytes".formatted(range.end(), file.size()));
      }
      return reader.read(new FileReader.Span(file.parts(), extents, range), buffers);
    }
  }
}

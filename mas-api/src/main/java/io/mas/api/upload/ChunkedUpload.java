package io.mas.api.upload;

import io.mas.api.metadata.ChunkDocument;
import io.mas.api.metadata.Concern;
import io.mas.api.metadata.FileDocument;
import io.mas.api.metadata.GarbageDocument;
import io.mas.api.metadata.MetadataStore;
import io.mas.api.metadata.SureFile;
import io.mas.api.metadata.UploadDocument;
import io.mas.api.metadata.UploadId;
import io.mas.api.metadata.WriteOutcome;
import io.mas.api.object.FileInfo;
import io.mas.api.object.Parts;
import io.mas.api.token.TokenGrant;
import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import io.mas.common.object.PartId;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.random.RandomGenerator;

/** The documents of chunked uploads: begin, resume, prolong, abort. Thread-safe. */
final class ChunkedUpload {
  /**
   * Rounds against others who change the same document, before the client is asked to try again.
   */
  private static final int MAX_ROUNDS = 20;

  /**
   * The end is moved on at most so often, so that parallel chunks do not contend for the document.
   */
  private static final long PROLONG_EVERY_MILLIS = 60_000;

  private final MetadataStore metadata;
  private final Parts parts;
  private final UploadProperties properties;
  private final InstantSource clock;
  private final RandomGenerator random;

  ChunkedUpload(
      MetadataStore metadata,
      Parts parts,
      UploadProperties properties,
      InstantSource clock,
      RandomGenerator random) {
    this.metadata = metadata;
    this.parts = parts;
    this.properties = properties;
    this.clock = clock;
    this.random = random;
  }

  static UploadId id(TokenGrant grant) {
    return new UploadId(grant.hash(), grant.session());
  }

  UploadProgress init(TokenGrant grant, String name, OptionalLong size, OptionalInt chunks) {
    for (int round = 0; round < MAX_ROUNDS; round++) {
      Optional<FileDocument> file =
          SureFile.ifLive(metadata, grant.hash()).filter(FileDocument::live);
      if (file.isPresent()) {
        return progress(FileInfo.of(file.get()), "", clock.millis());
      }
      Optional<UploadDocument> known = metadata.upload(id(grant), Concern.LINEARIZABLE);
      if (known.filter(this::resumable).isPresent()) {
        return resume(known.get());
      }
      Optional<UploadDocument> fresh = replace(id(grant), known, name, size, chunks);
      if (fresh.isPresent()) {
        return progress(pending(fresh.get()), "", fresh.get().expires());
      }
    }
    throw contended(id(grant));
  }

  private boolean resumable(UploadDocument upload) {
    return upload.underWay() && upload.expires() > clock.millis();
  }

  private UploadProgress resume(UploadDocument upload) {
    List<ChunkDocument> chunks = metadata.chunks(upload.id(), upload.generation());
    Set<PartId> usable = parts.usable(chunks.stream().map(ChunkedUpload::row).toList());
    List<Integer> stored =
        chunks.stream()
            .filter(chunk -> usable.contains(chunk.part()))
            .map(ChunkDocument::number)
            .toList();
    return progress(pending(upload), ChunkRanges.of(stored), upload.expires());
  }

  /** What is told of a file while its upload is under way; once it is stored, the file. */
  FileInfo pending(TokenGrant grant) {
    Optional<UploadDocument> upload = metadata.upload(id(grant), Concern.MAJORITY);
    return upload.filter(UploadDocument::underWay).isPresent()
        ? pending(upload.get())
        : SureFile.ifLive(metadata, grant.hash())
            .filter(FileDocument::live)
            .map(FileInfo::of)
            .orElseGet(() -> new FileInfo(grant.hash(), 0, "", false, 0));
  }

  private static FileInfo pending(UploadDocument upload) {
    return new FileInfo(
        upload.id().hash(),
        Math.max(0, upload.size()),
        upload.name(),
        false,
        Math.floorDiv(upload.time(), 1000L));
  }

  private UploadProgress progress(FileInfo info, String chunks, long expires) {
    return new UploadProgress(
        info, chunks, properties.chunkMaxSize().toBytes(), Math.floorDiv(expires, 1000L));
  }

  /**
   * Writes a new generation in place of none, or of one that is over; empty if others were quicker.
   */
  private Optional<UploadDocument> replace(
      UploadId id,
      Optional<UploadDocument> known,
      String name,
      OptionalLong size,
      OptionalInt chunks) {
    if (known.isPresent() && !over(known.get())) {
      return Optional.empty();
    }
    known.ifPresent(this::leaveBehind);
    long now = clock.millis();
    UploadDocument fresh =
        new UploadDocument(
            id,
            known.map(UploadDocument::version).orElse(0L) + 1,
            random.nextLong(),
            UploadDocument.State.OPEN,
            name,
            size.orElse(UploadDocument.UNSAID),
            chunks.orElse(UploadDocument.UNSAID),
            now,
            now + properties.expiresAfter().toMillis(),
            false,
            null);
    WriteOutcome outcome =
        known.isPresent()
            ? metadata.replaceUpload(known.get(), fresh)
            : metadata.compareAndSetUpload(fresh);
    return outcome == WriteOutcome.APPLIED ? Optional.of(fresh) : Optional.empty();
  }

  /** Whether an upload is ended; one that has expired is ended first. */
  private boolean over(UploadDocument upload) {
    return switch (upload.state()) {
      case ABORTED, COMMITTED -> true;
      case OPEN, FINISHING -> {
        // The next round finds it aborted: its version has changed.
        WriteOutcome ignored =
            metadata.compareAndSetUpload(ended(upload, UploadDocument.State.ABORTED));
        yield false;
      }
    };
  }

  /** Sees to the chunks of an upload that is over: nothing else finds them once it is replaced. */
  private void leaveBehind(UploadDocument over) {
    if (over.state() == UploadDocument.State.COMMITTED) {
      // Its parts are those of a file that was deleted: readers have their grace.
      List<ChunkDocument> chunks = metadata.chunks(over.id(), over.generation());
      parts.leaveForGrace(over.id().hash(), chunks.stream().map(ChunkDocument::part).toList());
      chunks.forEach(metadata::deleteChunk);
    } else {
      noteGeneration(over);
    }
  }

  private void noteGeneration(UploadDocument upload) {
    metadata.putGarbage(
        new GarbageDocument(
            UUID.randomUUID().toString(),
            clock.millis() + properties.keepAfter().toMillis(),
            new GarbageDocument.Generation(upload.id(), upload.generation())));
  }

  /** The next version of an upload that is over; it is collected some time later. */
  UploadDocument ended(UploadDocument upload, UploadDocument.State state) {
    return upload.to(state, clock.millis() + properties.keepAfter().toMillis());
  }

  /** The upload under way, if it takes chunks now. */
  UploadDocument requireOpen(TokenGrant grant) {
    UploadDocument upload =
        metadata
            .upload(id(grant), Concern.MAJORITY)
            .filter(known -> known.state() != UploadDocument.State.ABORTED)
            .filter(
                known ->
                    known.state() != UploadDocument.State.OPEN || known.expires() > clock.millis())
            .orElseThrow(() -> notOpen(grant));
    return switch (upload.state()) {
      case OPEN -> upload;
      case FINISHING -> reopened(upload);
      case COMMITTED -> throw notOpen(grant);
      case ABORTED -> throw new IllegalStateException("filtered above");
    };
  }

  /** An upload whose finish has died takes chunks again. */
  private UploadDocument reopened(UploadDocument upload) {
    UploadDocument open = upload.to(UploadDocument.State.OPEN);
    if (upload.held(clock.millis(), properties.lease())
        || metadata.compareAndSetUpload(open) != WriteOutcome.APPLIED) {
      throw new MasException(
          ErrorCode.CHUNK_CONFLICT, "the upload is being finished and takes no chunk now");
    }
    return open;
  }

  private MasException notOpen(TokenGrant grant) {
    boolean stored = SureFile.ifLive(metadata, grant.hash()).filter(FileDocument::live).isPresent();
    return stored
        ? new MasException(ErrorCode.ALREADY_STORED, "%s is already stored".formatted(grant.hash()))
        : new MasException(
            ErrorCode.UPLOAD_NOT_INITIALISED,
            "there is no upload of %s, call init first".formatted(grant.hash()));
  }

  /**
   * Looks again after a chunk was listed: if the upload has ended meanwhile, its collection may
   * have missed that chunk.
   *
   * @return the upload as it is now
   */
  UploadDocument confirm(TokenGrant grant, UploadDocument listedIn) {
    Optional<UploadDocument> now =
        metadata
            .upload(id(grant), Concern.LINEARIZABLE)
            .filter(upload -> upload.generation() == listedIn.generation())
            .filter(upload -> upload.state() != UploadDocument.State.ABORTED);
    if (now.isEmpty()) {
      noteGeneration(listedIn);
      throw notOpen(grant);
    }
    return now.get();
  }

  /** Moves the end of the upload on after a chunk. */
  void prolong(UploadDocument upload) {
    long expires = clock.millis() + properties.expiresAfter().toMillis();
    if (upload.state() == UploadDocument.State.OPEN
        && expires - upload.expires() >= PROLONG_EVERY_MILLIS) {
      // If somebody else changes the document now, the next chunk moves the end on.
      WriteOutcome ignored = metadata.compareAndSetUpload(upload.expiring(expires));
    }
  }

  void abort(TokenGrant grant) {
    for (int round = 0; round < MAX_ROUNDS; round++) {
      Optional<UploadDocument> upload =
          metadata.upload(id(grant), Concern.LINEARIZABLE).filter(UploadDocument::underWay);
      if (upload.isEmpty()
          || metadata.compareAndSetUpload(ended(upload.get(), UploadDocument.State.ABORTED))
              == WriteOutcome.APPLIED) {
        return;
      }
    }
    throw contended(id(grant));
  }

  static FileDocument.Part row(ChunkDocument chunk) {
    return new FileDocument.Part(chunk.length(), chunk.part());
  }

  static MasException contended(UploadId id) {
    return new MasException(
        ErrorCode.METADATA_NOT_SAVED,
        "the upload of %s is being changed by others, try again".formatted(id.hash()));
  }
}

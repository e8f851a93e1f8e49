package io.mas.api.upload;

import io.mas.api.metadata.ChunkDocument;
import io.mas.api.metadata.FileDocument;
import io.mas.api.metadata.MetadataStore;
import io.mas.api.metadata.UploadDocument;
import io.mas.api.metadata.WriteOutcome;
import io.mas.api.object.CrashPoint;
import io.mas.api.object.Parts;
import io.mas.api.object.StoredPart;
import io.mas.api.token.TokenGrant;
import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import io.mas.common.object.PartId;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Receives chunks and lists them in their upload. Thread-safe. */
final class Chunks {
  /** Rounds against others who store the same chunk. */
  private static final int MAX_ROUNDS = 20;

  private final MetadataStore metadata;
  private final Parts parts;
  private final ChunkedUpload uploads;
  private final long maxSize;
  private final SameBytes same;

  Chunks(MetadataStore metadata, Parts parts, ChunkedUpload uploads, long maxSize) {
    this.metadata = metadata;
    this.parts = parts;
    this.uploads = uploads;
    this.maxSize = maxSize;
    this.same = new SameBytes(parts);
  }

  ReceivedChunk receive(TokenGrant grant, InputStream body) {
    long most = Math.min(maxSize, grant.maxSize().orElse(Long.MAX_VALUE));
    StoredPart part = parts.writer().write(grant.hash(), body, most, null);
    CrashPoint.reached("chunk.stored");
    return new Received(grant, part);
  }

  /** Whether a chunk document names a part. */
  private enum Listing {
    NONE,
    PERHAPS,
    CERTAIN
  }

  /** A part that becomes a chunk, or is discarded. */
  private final class Received implements ReceivedChunk {
    private final TokenGrant grant;
    private final StoredPart part;

    private Listing listing = Listing.NONE;

    Received(TokenGrant grant, StoredPart part) {
      this.grant = grant;
      this.part = part;
    }

    @Override
    public int list(int number) {
      if (number < 1 || number > FileDocument.MAX_PARTS) {
        throw new MasException(
            ErrorCode.PARAMETER_MALFORMED,
            "chuck is %d, expected 1 to %d".formatted(number, FileDocument.MAX_PARTS));
      }
      if (part.length() == 0 && grant.hash().equals(Sha256.EMPTY)) {
        UploadDocument upload = uploads.requireOpen(grant);
        return metadata.countChunks(upload.id(), upload.generation()); // nothing is to be kept
      }
      if (part.length() == 0) {
        throw new MasException(
            ErrorCode.PARAMETER_LENGTH,
            "chunk %d is empty, expected 1 byte or more".formatted(number));
      }
      UploadDocument upload = uploads.requireOpen(grant);
      requireRoom(upload, number);
      list(
          upload,
          new ChunkDocument(upload.id(), upload.generation(), number, part.id(), part.length()));
      CrashPoint.reached("chunk.listed");
      uploads.prolong(uploads.confirm(grant, upload));
      return metadata.countChunks(upload.id(), upload.generation());
    }

    /** Refuses a chunk that makes the upload larger than its token allows. */
    private void requireRoom(UploadDocument upload, int number) {
      if (grant.maxSize().isPresent()) {
        long others =
            metadata.chunks(upload.id(), upload.generation()).stream()
                .filter(chunk -> chunk.number() != number)
                .mapToLong(ChunkDocument::length)
                .sum();
        if (others + part.length() > grant.maxSize().getAsLong()) {
          throw new MasException(
              ErrorCode.TOO_LARGE,
              "chunk %d makes %d bytes, at most %d are allowed"
                  .formatted(number, others + part.length(), grant.maxSize().getAsLong()));
        }
      }
    }

    private void list(UploadDocument upload, ChunkDocument chunk) {
      Optional<PartId> replaced = Optional.empty();
      for (int round = 0; round < MAX_ROUNDS; round++) {
        if (applied(() -> metadata.insertChunk(chunk))) {
          return;
        }
        Optional<ChunkDocument> there =
            metadata.chunk(chunk.upload(), chunk.generation(), chunk.number());
        if (there.isEmpty()) {
          continue; // deleted meanwhile
        }
        if (there.get().part().equals(chunk.part())) {
          listing = Listing.CERTAIN; // the own write, whose answer was lost
          replaced.ifPresent(old -> parts.leaveToCollect(chunk.upload().hash(), List.of(old)));
          return;
        } else if (same.in(
            ChunkedUpload.row(there.get()), new FileDocument.Part(part.length(), part.id()))) {
          return; // the same bytes again
        } else if (upload.replaceable() || !usable(there.get())) {
          replaced = there.map(ChunkDocument::part);
          PartId old = there.get().part();
          if (applied(() -> metadata.replaceChunk(chunk, old))) {
            parts.leaveToCollect(chunk.upload().hash(), List.of(old));
            return;
          }
        } else {
          throw new MasException(
              ErrorCode.CHUNK_CONFLICT,
              "chunk %d is stored with other bytes".formatted(chunk.number()));
        }
      }
      throw ChunkedUpload.contended(chunk.upload());
    }

    private boolean usable(ChunkDocument chunk) {
      return parts.usable(List.of(ChunkedUpload.row(chunk))).contains(chunk.part());
    }

    private boolean applied(Supplier<WriteOutcome> write) {
      Listing before = listing;
      listing = Listing.PERHAPS; // and stays so if there is no answer at all
      WriteOutcome outcome = write.get();
      listing =
          switch (outcome) {
            case APPLIED -> Listing.CERTAIN;
            case UNKNOWN -> Listing.PERHAPS;
            case REFUSED -> before;
          };
      return outcome == WriteOutcome.APPLIED;
    }

    @Override
    public void close() {
      switch (listing) {
        case NONE -> parts.discard(grant.hash(), part);
        case PERHAPS -> parts.leaveForGrace(grant.hash(), part);
        case CERTAIN -> {}
      }
      listing = Listing.CERTAIN;
    }
  }
}

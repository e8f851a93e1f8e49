package io.mas.api.upload;

import io.mas.api.metadata.ChunkDocument;
import io.mas.api.metadata.Concern;
import io.mas.api.metadata.FileDocument;
import io.mas.api.metadata.MetadataStore;
import io.mas.api.metadata.UploadDocument;
import io.mas.api.metadata.UploadId;
import io.mas.api.object.Committer;
import io.mas.api.object.CrashPoint;
import io.mas.api.object.FileInfo;
import io.mas.api.object.Parts;
import io.mas.api.object.ProtocolRule;
import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import io.mas.common.object.ObjectHash;
import io.mas.common.object.PartId;
import java.security.MessageDigest;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Completes an upload (design.md, section 3): lease, version of the file, contiguity, every part
 * read back and the whole SHA-256 verified, commit. Any number may run at once; the lease only
 * spares double work. Thread-safe.
 */
final class Finish {
  /** Rounds against others who end the upload and begin another. */
  private static final int MAX_ROUNDS = 20;

  private final MetadataStore metadata;
  private final Parts parts;
  private final FinishLease lease;
  private final InstantSource clock;
  private final Set<ProtocolRule> rules;

  Finish(
      MetadataStore metadata,
      Parts parts,
      FinishLease lease,
      InstantSource clock,
      Set<ProtocolRule> rules) {
    this.metadata = metadata;
    this.parts = parts;
    this.lease = lease;
    this.clock = clock;
    this.rules = rules;
  }

  /**
   * What the caller of finish said.
   *
   * @param size of the file, or {@link UploadDocument#UNSAID}
   * @param chunks how many, or {@link UploadDocument#UNSAID}
   * @param most the most bytes that the token allows
   */
  record Said(long size, int chunks, long most) {

    /** What was said now, or else at init. */
    Said or(UploadDocument upload) {
      return new Said(
          size == UploadDocument.UNSAID ? upload.size() : size,
          chunks == UploadDocument.UNSAID ? upload.chunks() : chunks,
          most);
    }
  }

  /** Finishes; joins the finish of another gateway, and tells then how that one went. */
  FileInfo run(UploadId id, Said said) {
    for (int round = 0; round < MAX_ROUNDS; round++) {
      Optional<FileInfo> info = attempt(id, said);
      if (info.isPresent()) {
        return info.get();
      }
    }
    throw ChunkedUpload.contended(id);
  }

  /** Empty if the upload was ended by another while this one waited for its lease. */
  private Optional<FileInfo> attempt(UploadId id, Said said) {
    Optional<UploadDocument> known = metadata.upload(id, Concern.LINEARIZABLE);
    if (known.isEmpty() || known.get().state() == UploadDocument.State.ABORTED) {
      return Optional.of(live(id.hash()).orElseThrow(() -> notInitialised(id)));
    }
    if (known.get().state() == UploadDocument.State.COMMITTED) {
      return Optional.of(live(id.hash()).orElseThrow(() -> deleted(id.hash())));
    }
    return lease.take(known.get()).map(held -> finish(held, said));
  }

  private FileInfo finish(FinishLease.Held held, Said said) {
    CrashPoint.reached("finish.leased");
    try {
      FileInfo info = complete(held, said.or(held.upload()));
      held.end(UploadDocument.State.COMMITTED);
      return info;
    } catch (Deleted e) {
      held.end(UploadDocument.State.COMMITTED);
      throw deleted(held.upload().id().hash());
    } catch (MasException e) {
      held.reopen(e.code() == ErrorCode.CONTENT_MISMATCH);
      throw e;
    } catch (RuntimeException | Error e) {
      held.reopen(false); // else no chunk would be taken until somebody finishes again
      throw e;
    }
  }

  private Optional<FileInfo> live(ObjectHash hash) {
    return metadata.file(hash, Concern.LINEARIZABLE).filter(FileDocument::live).map(FileInfo::of);
  }

  /** The file was committed by this upload, and deleted since. */
  private static final class Deleted extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  private FileInfo complete(FinishLease.Held held, Said said) {
    UploadDocument upload = held.upload();
    ObjectHash hash = upload.id().hash();
    // Read before any part is read back: a collection that deletes one of them raises it.
    Optional<FileDocument> before = metadata.file(hash, Concern.LINEARIZABLE);
    List<ChunkDocument> chunks = metadata.chunks(upload.id(), upload.generation());
    if (before.filter(FileDocument::live).isPresent()) {
      leaveForGrace(chunks, before.get());
      return FileInfo.of(before.get());
    }
    if (before.filter(file -> namesAny(file, chunks) || emptySince(file, upload)).isPresent()) {
      throw new Deleted();
    }
    requireAll(hash, chunks, said);
    Set<String> holders = verify(held, hash, chunks);
    CrashPoint.reached("finish.verified");
    if (!rules.contains(ProtocolRule.VERSION_BEFORE_VERIFY)) {
      before = metadata.file(hash, Concern.LINEARIZABLE);
    }
    FileDocument file =
        new FileDocument(
            hash,
            before.map(FileDocument::version).orElse(0L) + 1,
            FileDocument.State.LIVE,
            chunks.stream().mapToLong(ChunkDocument::length).sum(),
            upload.name(),
            clock.millis(),
            chunks.stream().map(ChunkedUpload::row).toList());
    return switch (parts.committer().commit(file, holders)) {
      case Committer.Mine(var mine) -> FileInfo.of(mine);
      case Committer.Others(var others, boolean certain) -> {
        leaveForGrace(chunks, others);
        yield FileInfo.of(others);
      }
      case Committer.Lost(boolean certain) ->
          throw new MasException(
              ErrorCode.METADATA_NOT_SAVED,
              "%s was changed by somebody else while it was finished, try again".formatted(hash));
    };
  }

  /**
   * The upload has lost to another: its parts are garbage, but for those that the file names. An
   * earlier finish may have committed them for a while, in which somebody began to read.
   */
  private void leaveForGrace(List<ChunkDocument> chunks, FileDocument winner) {
    parts.leaveForGrace(
        winner.hash(),
        chunks.stream().map(ChunkDocument::part).filter(part -> !winner.names(part)).toList());
  }

  private static boolean namesAny(FileDocument file, List<ChunkDocument> chunks) {
    return chunks.stream().map(ChunkDocument::part).anyMatch(file::names);
  }

  /**
   * An empty file has no parts to know the own commit by: one that was stored after this upload had
   * begun counts as the own, also if it was somebody else's. Where the clock of the gateway that
   * stored it is behind, it is stored anew.
   */
  private static boolean emptySince(FileDocument file, UploadDocument upload) {
    return file.parts().isEmpty() && file.time() > upload.time(); // that of a fence is 0
  }

  /** Refuses if a chunk is missing: not listed, or its part cannot be committed any more. */
  private void requireAll(ObjectHash hash, List<ChunkDocument> chunks, Said said) {
    Set<PartId> usable = parts.usable(chunks.stream().map(ChunkedUpload::row).toList());
    Set<Integer> there = new HashSet<>();
    long size = 0;
    long longest = 0;
    for (ChunkDocument chunk : chunks) {
      longest = Math.max(longest, chunk.length());
      size += chunk.length();
      if (usable.contains(chunk.part())) {
        there.add(chunk.number());
      }
    }
    if (size > said.most()) {
      throw new MasException(
          ErrorCode.TOO_LARGE,
          "the chunks have %d bytes, at most %d are allowed".formatted(size, said.most()));
    }
    int last = chunks.isEmpty() ? 1 : chunks.getLast().number();
    if (said.chunks() != UploadDocument.UNSAID) {
      last = Math.max(last, said.chunks());
    } else if (said.size() > size && there.size() == chunks.size() && last == chunks.size()) {
      // The tail is missing; how many chunks it has is a guess from the longest so far.
      long more = longest == 0 ? 1 : Math.ceilDiv(said.size() - size, longest);
      last += (int) Math.min(more, FileDocument.MAX_PARTS - last);
    } else if (said.size() > size && longest > 0) {
      long all = Math.ceilDiv(said.size(), longest); // with gaps: as if all were as long
      last = (int) Math.max(last, Math.min(all, FileDocument.MAX_PARTS));
    }
    List<Integer> missing = ChunkRanges.missing(there.stream().sorted().toList(), last);
    boolean empty =
        chunks.isEmpty() && hash.equals(Sha256.EMPTY) && said.size() <= 0 && said.chunks() <= 1;
    if (!missing.isEmpty() && !empty) {
      throw missing(ChunkRanges.of(missing));
    }
  }

  /**
   * Reads every part back and compares the whole SHA-256.
   *
   * @return ids of nodes that hold shards
   */
  private Set<String> verify(FinishLease.Held held, ObjectHash hash, List<ChunkDocument> chunks) {
    MessageDigest digest = Sha256.digest();
    Parts.ReadBack read =
        parts.readBack(chunks.stream().map(ChunkedUpload::row).toList(), digest, held::renew);
    read.unusable().ifPresent(part -> refuseMissing(part, chunks));
    if (!ObjectHash.of(digest.digest()).equals(hash)) {
      throw new MasException(
          ErrorCode.CONTENT_MISMATCH,
          "the SHA-256 of the %d chunks is not %s".formatted(chunks.size(), hash));
    }
    return read.nodes();
  }

  private static void refuseMissing(FileDocument.Part part, List<ChunkDocument> chunks) {
    String number =
        chunks.stream()
            .filter(chunk -> chunk.part().equals(part.id()))
            .map(chunk -> Integer.toString(chunk.number()))
            .collect(Collectors.joining(","));
    throw missing(number);
  }

  private static MasException missing(String ranges) {
    return new MasException(ErrorCode.CHUNK_CONFLICT, "chunks %s are missing".formatted(ranges))
        .withData(Map.of("missing", ranges));
  }

  private MasException notInitialised(UploadId id) {
    boolean was =
        metadata.file(id.hash(), Concern.MAJORITY).filter(FileDocument::everLive).isPresent();
    return was
        ? deleted(id.hash())
        : new MasException(
            ErrorCode.UPLOAD_NOT_INITIALISED,
            "there is no upload of %s, call init first".formatted(id.hash()));
  }

  private static MasException deleted(ObjectHash hash) {
    return new MasException(ErrorCode.NO_SUCH_FILE, "%s was deleted".formatted(hash));
  }
}

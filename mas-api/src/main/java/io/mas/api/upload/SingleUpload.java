package io.mas.api.upload;

import io.mas.api.metadata.Concern;
import io.mas.api.metadata.FileDocument;
import io.mas.api.metadata.MetadataStore;
import io.mas.api.metadata.SureFile;
import io.mas.api.object.Committer;
import io.mas.api.object.CrashPoint;
import io.mas.api.object.FileInfo;
import io.mas.api.object.Parts;
import io.mas.api.object.ProtocolRule;
import io.mas.api.object.StoredPart;
import io.mas.api.token.TokenGrant;
import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import io.mas.common.object.ObjectHash;
import java.io.InputStream;
import java.security.MessageDigest;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;

/** Stores a whole file from one body. Thread-safe. */
final class SingleUpload {
  private final MetadataStore metadata;
  private final Parts parts;
  private final UploadProperties properties;
  private final InstantSource clock;
  private final Set<ProtocolRule> rules;

  SingleUpload(
      MetadataStore metadata,
      Parts parts,
      UploadProperties properties,
      InstantSource clock,
      Set<ProtocolRule> rules) {
    this.metadata = metadata;
    this.parts = parts;
    this.properties = properties;
    this.clock = clock;
    this.rules = rules;
  }

  /** Reads the file's version: a collection that deletes the part of this upload raises it. */
  SingleFile begin(TokenGrant grant) {
    return new Begun(grant, SureFile.ifLive(metadata, grant.hash()));
  }

  /** An upload for which the version was read before its first byte is stored. */
  private final class Begun implements SingleFile {
    private final TokenGrant grant;
    private final Optional<FileDocument> before;

    Begun(TokenGrant grant, Optional<FileDocument> before) {
      this.grant = grant;
      this.before = before;
    }

    @Override
    public Optional<FileInfo> stored() {
      return before.filter(FileDocument::live).map(FileInfo::of);
    }

    @Override
    public FileInfo store(String name, InputStream body) {
      return stored().orElseGet(() -> storeAfter(before, grant, name, body));
    }
  }

  private FileInfo storeAfter(
      Optional<FileDocument> before, TokenGrant grant, String name, InputStream body) {
    ObjectHash hash = grant.hash();
    MessageDigest digest = Sha256.digest();
    long most =
        Math.min(properties.fileMaxSize().toBytes(), grant.maxSize().orElse(Long.MAX_VALUE));
    StoredPart part = parts.writer().write(hash, body, most, digest);
    CrashPoint.reached("single.stored");
    if (!ObjectHash.of(digest.digest()).equals(hash)) {
      parts.discard(hash, part);
      throw new MasException(
          ErrorCode.CONTENT_MISMATCH,
          "the SHA-256 of the %d bytes sent is not %s".formatted(part.length(), hash));
    }
    Optional<FileDocument> version =
        rules.contains(ProtocolRule.VERSION_BEFORE_STORE)
            ? before
            : metadata.file(hash, Concern.MAJORITY);
    return commit(version, name, hash, part);
  }

  private FileInfo commit(
      Optional<FileDocument> before, String name, ObjectHash hash, StoredPart part) {
    FileDocument file =
        new FileDocument(
            hash,
            before.map(FileDocument::version).orElse(0L) + 1,
            FileDocument.State.LIVE,
            part.length(),
            name,
            clock.millis(),
            part.rows());
    Committer.Result result;
    try {
      result = parts.committer().commit(file, part.nodes());
    } catch (RuntimeException | Error e) {
      parts.leaveForGrace(hash, part); // the commit may have been offered
      throw e;
    }
    return switch (result) {
      case Committer.Mine(var mine) -> FileInfo.of(mine);
      case Committer.Others(var others, boolean certain) -> {
        parts.giveUp(hash, part, certain);
        yield FileInfo.of(others);
      }
      case Committer.Lost(boolean certain) -> {
        parts.giveUp(hash, part, certain);
        throw new MasException(
            ErrorCode.METADATA_NOT_SAVED,
            "%s was changed by somebody else while it was stored, try again".formatted(hash));
      }
    };
  }
}

package io.mas.api.upload;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.mas.api.metadata.Concern;
import io.mas.api.metadata.MetadataStore;
import io.mas.api.metadata.UploadDocument;
import io.mas.api.metadata.UploadId;
import io.mas.api.object.FileInfo;
import io.mas.api.token.TokenGrant;
import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The uploads of this store. A finish runs once on this gateway, whoever asks for it how often. */
final class GatewayUploads implements Uploads {
  private final SingleUpload single;
  private final ChunkedUpload chunked;
  private final Chunks chunks;
  private final Finish finish;
  private final UploadProperties properties;
  private final MetadataStore metadata;
  private final Map<UploadId, Run> running = new ConcurrentHashMap<>();

  /**
   * Failures of finishes in the background, until somebody asks for them. A success is in the
   * metadata, and only there it is known whether it still holds.
   */
  private final Cache<UploadId, Run> failed =
      Caffeine.newBuilder().maximumSize(10_000).expireAfterWrite(Duration.ofMinutes(2)).build();

  /** A finish that runs, or has run. */
  private static final class Run {
    final Finish.Said said;
    final CompletableFuture<FileInfo> result = new CompletableFuture<>();

    /** What there was of the upload when it began; empty if it is told to nobody later. */
    volatile String begunWith = "";

    Run(Finish.Said said) {
      this.said = said;
    }
  }

  GatewayUploads(
      SingleUpload single,
      ChunkedUpload chunked,
      Chunks chunks,
      Finish finish,
      MetadataStore metadata,
      UploadProperties properties) {
    this.single = single;
    this.chunked = chunked;
    this.chunks = chunks;
    this.finish = finish;
    this.metadata = metadata;
    this.properties = properties;
  }

  @Override
  public SingleFile single(TokenGrant grant) {
    return single.begin(grant);
  }

  @Override
  public UploadProgress init(
      TokenGrant grant, String name, OptionalLong size, OptionalInt chunkCount) {
    long most = mostBytes(grant);
    if (size.orElse(0) > most) {
      throw new MasException(
          ErrorCode.TOO_LARGE,
          "a file of %d bytes, at most %d are allowed".formatted(size.orElse(0), most));
    }
    return chunked.init(grant, name, size, chunkCount);
  }

  private long mostBytes(TokenGrant grant) {
    return Math.min(properties.fileMaxSize().toBytes(), grant.maxSize().orElse(Long.MAX_VALUE));
  }

  @Override
  public void requireOpen(TokenGrant grant) {
    UploadDocument ignored = chunked.requireOpen(grant);
  }

  @Override
  public ReceivedChunk receive(TokenGrant grant, InputStream body) {
    return chunks.receive(grant, body);
  }

  @Override
  public FileInfo finish(TokenGrant grant, OptionalLong size, OptionalInt chunkCount) {
    return result(start(ChunkedUpload.id(grant), said(grant, size, chunkCount), false));
  }

  @Override
  public FileInfo finishAsync(TokenGrant grant, OptionalLong size, OptionalInt chunkCount) {
    UploadId id = ChunkedUpload.id(grant);
    Finish.Said said = said(grant, size, chunkCount);
    Run before = failed.asMap().remove(id);
    if (before != null && before.said.equals(said) && before.begunWith.equals(stateOf(id))) {
      return result(before);
    }
    Run now = start(id, said, true);
    // A failure is kept for the next call, which may come after the finish has ended.
    CompletableFuture<FileInfo> kept =
        now.result.whenComplete((info, failure) -> keep(id, now, failure));
    if (!kept.isDone()) {
      return chunked.pending(grant);
    }
    failed.asMap().remove(id, now); // told now, and not again
    return result(now);
  }

  private Finish.Said said(TokenGrant grant, OptionalLong size, OptionalInt chunkCount) {
    return new Finish.Said(
        size.orElse(UploadDocument.UNSAID),
        chunkCount.orElse(UploadDocument.UNSAID),
        mostBytes(grant));
  }

  private void keep(UploadId id, Run run, @Nullable Throwable failure) {
    if (failure != null && !run.begunWith.isEmpty()) {
      failed.put(id, run);
    }
  }

  private static FileInfo result(Run run) {
    try {
      return run.result.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }

  /**
   * Starts a finish, or joins the one that is running.
   *
   * @param kept whether a failure is to be told later, too
   */
  private Run start(UploadId id, Finish.Said said, boolean kept) {
    Run mine = new Run(said);
    Run there = running.putIfAbsent(id, mine);
    if (there == null) {
      Thread.ofVirtual().name("mas-finish").start(() -> run(id, mine, kept));
    }
    return there == null ? mine : there;
  }

  private void run(UploadId id, Run run, boolean kept) {
    try {
      run.begunWith = kept ? stateOf(id) : "";
      FileInfo info = finish.run(id, run.said);
      running.remove(id, run);
      run.result.complete(info);
    } catch (RuntimeException | Error e) {
      running.remove(id, run);
      run.result.completeExceptionally(e);
    }
  }

  /**
   * The generation of an upload and the parts that are its chunks, whichever gateway took them:
   * while they are the same a finish would fail as before. A digest, for there may be 10 000.
   */
  private String stateOf(UploadId id) {
    MessageDigest digest = Sha256.digest();
    metadata
        .upload(id, Concern.LINEARIZABLE)
        .ifPresent(
            upload -> {
              String begin = upload.state() + " " + upload.generation();
              digest.update(begin.getBytes(StandardCharsets.UTF_8));
              metadata
                  .chunks(id, upload.generation())
                  .forEach(
                      chunk -> digest.update(chunk.toString().getBytes(StandardCharsets.UTF_8)));
            });
    return HexFormat.of().formatHex(digest.digest());
  }

  @Override
  public void abort(TokenGrant grant) {
    chunked.abort(grant);
  }
}

package io.mas.api.upload;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.mas.api.metadata.UploadDocument;
import io.mas.api.metadata.UploadId;
import io.mas.api.object.FileInfo;
import io.mas.api.token.TokenGrant;
import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import java.io.InputStream;
import java.time.Duration;
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
  private final Map<UploadId, CompletableFuture<FileInfo>> running = new ConcurrentHashMap<>();

  /**
   * Failures of finishes in the background, until somebody asks for them. A success is in the
   * metadata, and only there it is known whether it still holds.
   */
  private final Cache<UploadId, CompletableFuture<FileInfo>> finished =
      Caffeine.newBuilder().maximumSize(10_000).expireAfterWrite(Duration.ofMinutes(2)).build();

  GatewayUploads(
      SingleUpload single,
      ChunkedUpload chunked,
      Chunks chunks,
      Finish finish,
      UploadProperties properties) {
    this.single = single;
    this.chunked = chunked;
    this.chunks = chunks;
    this.finish = finish;
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
    return result(start(grant, size, chunkCount));
  }

  @Override
  public FileInfo finishAsync(TokenGrant grant, OptionalLong size, OptionalInt chunkCount) {
    UploadId id = ChunkedUpload.id(grant);
    CompletableFuture<FileInfo> before = finished.asMap().remove(id);
    if (before != null) {
      return result(before);
    }
    CompletableFuture<FileInfo> now = start(grant, size, chunkCount);
    // A failure is kept for the next call, which may come after the finish has ended.
    CompletableFuture<FileInfo> kept = now.whenComplete((info, failure) -> keep(id, now, failure));
    if (!kept.isDone()) {
      return chunked.pending(grant);
    }
    finished.asMap().remove(id, now); // told now, and not again
    return result(now);
  }

  private void keep(UploadId id, CompletableFuture<FileInfo> done, @Nullable Throwable failure) {
    if (failure != null) {
      finished.put(id, done);
    }
  }

  private static FileInfo result(CompletableFuture<FileInfo> done) {
    try {
      return done.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }

  /** Starts a finish, or joins the one that is running. */
  private CompletableFuture<FileInfo> start(
      TokenGrant grant, OptionalLong size, OptionalInt chunkCount) {
    UploadId id = ChunkedUpload.id(grant);
    Finish.Said said =
        new Finish.Said(
            size.orElse(UploadDocument.UNSAID),
            chunkCount.orElse(UploadDocument.UNSAID),
            mostBytes(grant));
    CompletableFuture<FileInfo> mine = new CompletableFuture<>();
    CompletableFuture<FileInfo> there = running.putIfAbsent(id, mine);
    if (there == null) {
      Thread.ofVirtual().name("mas-finish").start(() -> run(id, said, mine));
    }
    return there == null ? mine : there;
  }

  private void run(UploadId id, Finish.Said said, CompletableFuture<FileInfo> result) {
    try {
      FileInfo info = finish.run(id, said);
      running.remove(id, result);
      result.complete(info);
    } catch (RuntimeException | Error e) {
      running.remove(id, result);
      result.completeExceptionally(e);
    }
  }

  @Override
  public void abort(TokenGrant grant) {
    chunked.abort(grant);
  }
}

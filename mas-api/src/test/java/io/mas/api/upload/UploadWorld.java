package io.mas.api.upload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.mas.api.metadata.Concern;
import io.mas.api.metadata.FileDocument;
import io.mas.api.metadata.MetadataStore;
import io.mas.api.metadata.RocksMetadataStore;
import io.mas.api.metadata.WriteOutcome;
import io.mas.api.object.ObjectWorld;
import io.mas.api.object.ProtocolRule;
import io.mas.api.token.TokenGrant;
import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import io.mas.common.object.ObjectHash;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.springframework.util.unit.DataSize;

/**
 * The uploads of two gateways on real embedded metadata, whose answers a test may change, and the
 * calls of a client who uploads {@link #CONTENT} by chunks.
 */
final class UploadWorld implements AutoCloseable {
  static final byte[] CONTENT = ObjectWorld.random(1, 3000);
  static final ObjectHash HASH = ObjectWorld.hash(CONTENT);
  static final TokenGrant GRANT = TokenGrant.upload(HASH, "", OptionalLong.empty());

  /** Each has its own name as the owner of leases. */
  private static final AtomicInteger GATEWAYS = new AtomicInteger();

  final MetadataStore store;
  final ObjectWorld objects;
  final Uploads uploads;
  final Uploads other;

  /** So many answers are lost. */
  final AtomicInteger unknownReplaces = new AtomicInteger();

  final AtomicInteger unknownUploads = new AtomicInteger();

  /** So many commits fail before they are offered. */
  final AtomicInteger brokenCommits = new AtomicInteger();

  /** So many fail after they were applied. */
  final AtomicInteger lostCommits = new AtomicInteger();

  final AtomicInteger uploadReads = new AtomicInteger();

  /** Happens once. */
  final AtomicReference<Runnable> beforeCommit = new AtomicReference<>(() -> {});

  /** Happens once, when a finish in the background begins. */
  final AtomicReference<Runnable> beforeFile = new AtomicReference<>(() -> {});

  /** What reads by majority find, if there is any. */
  final AtomicReference<@Nullable Optional<FileDocument>> formerPrimary = new AtomicReference<>();

  UploadWorld(Path directory) {
    store = RocksMetadataStore.open(directory.resolve("metadata"));
    MetadataStore meddled = ObjectWorld.meddled(store, this::meddle);
    objects = new ObjectWorld(meddled, ObjectWorld.Shape.USUAL);
    uploads = gateway(meddled, objects, DataSize.ofKilobytes(2));
    other = gateway(meddled, objects, DataSize.ofKilobytes(2));
  }

  private Object meddle(String method, Object[] arguments, ObjectWorld.Original original)
      throws Throwable {
    before(method);
    if (method.equals("file") && arguments[1] == Concern.MAJORITY) {
      Optional<FileDocument> old = formerPrimary.get();
      return old == null ? original.call() : old;
    }
    Object outcome = original.call();
    if (method.equals("compareAndSetFile") && lostCommits.getAndDecrement() > 0) {
      throw new IllegalStateException("planted");
    }
    boolean lost =
        switch (method) {
          case "replaceChunk" -> unknownReplaces.getAndDecrement() > 0;
          case "compareAndSetUpload" -> unknownUploads.getAndDecrement() > 0;
          default -> false;
        };
    return lost ? WriteOutcome.UNKNOWN : outcome;
  }

  private void before(String method) {
    if (method.equals("upload")) {
      uploadReads.incrementAndGet();
    }
    if (method.equals("file") && Thread.currentThread().getName().equals("mas-finish")) {
      beforeFile.getAndSet(() -> {}).run();
    }
    if (method.equals("compareAndSetFile")) {
      beforeCommit.getAndSet(() -> {}).run();
      if (brokenCommits.getAndDecrement() > 0) {
        throw new IllegalStateException("planted");
      }
    }
  }

  /** Another gateway; its files have two chunks at most. */
  static Uploads gateway(MetadataStore metadata, ObjectWorld objects, DataSize chunk) {
    return UploadConfiguration.uploads(
        new UploadConfiguration.Outside(
            metadata, objects.room.parts(), objects.clock, new Random(GATEWAYS.incrementAndGet())),
        new UploadProperties(
            chunk,
            DataSize.ofBytes(2 * chunk.toBytes()),
            Duration.ofDays(7),
            Duration.ofMinutes(10),
            Duration.ofSeconds(15)),
        ProtocolRule.ALL);
  }

  UploadProgress init() {
    return uploads.init(GRANT, "name", OptionalLong.empty(), OptionalInt.empty());
  }

  int chunk(int number, int from, int to) {
    return chunk(GRANT, number, Arrays.copyOfRange(CONTENT, from, to));
  }

  int chunk(TokenGrant by, int number, byte[] bytes) {
    return chunk(uploads, by, number, bytes);
  }

  /** Sends a chunk to a gateway. */
  static int chunk(Uploads gateway, TokenGrant by, int number, byte[] bytes) {
    try (ReceivedChunk received = gateway.receive(by, new ByteArrayInputStream(bytes))) {
      return received.list(number);
    }
  }

  /** Begins the upload and sends all of it. */
  void send() {
    init();
    chunk(1, 0, 2000);
    chunk(2, 2000, 3000);
  }

  long finish() {
    return uploads.finish(GRANT, OptionalLong.empty(), OptionalInt.empty()).size();
  }

  interface Call {
    void run();
  }

  static MasException refused(ErrorCode code, Call call) {
    MasException[] caught = new MasException[1];
    assertThatExceptionOfType(MasException.class)
        .isThrownBy(call::run)
        .satisfies(e -> assertThat(e.code()).as(e.getMessage()).isEqualTo(code))
        .satisfies(e -> caught[0] = e);
    return caught[0];
  }

  void missing(String ranges, Call call) {
    assertThat(refused(ErrorCode.CHUNK_CONFLICT, call).data()).isEqualTo(Map.of("missing", ranges));
  }

  /** That time passes, and then garbage is collected. */
  void later(Duration time) {
    objects.time.addAndGet(time.toMillis());
    objects.room.sweep().sweep();
  }

  @Override
  public void close() {
    objects.close();
    store.close();
  }
}

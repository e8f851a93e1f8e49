package io.mas.api.upload;

import io.mas.api.block.BlockCodec;
import io.mas.api.block.Blocks;
import io.mas.api.block.BufferPool;
import io.mas.api.block.CpuPool;
import io.mas.api.garbage.BreakerProperties;
import io.mas.api.garbage.GarbageProperties;
import io.mas.api.garbage.GarbageRoom;
import io.mas.api.garbage.GarbageRule;
import io.mas.api.metadata.ChunkDocument;
import io.mas.api.metadata.Concern;
import io.mas.api.metadata.ExtentDocument;
import io.mas.api.metadata.FileDocument;
import io.mas.api.metadata.GarbageDocument;
import io.mas.api.metadata.MetadataStore;
import io.mas.api.metadata.UploadDocument;
import io.mas.api.nodes.NodeView;
import io.mas.api.nodes.Nodes;
import io.mas.api.nodes.NodesProperties;
import io.mas.api.nodes.Placement;
import io.mas.api.nodes.PlacementProperties;
import io.mas.api.nodes.SimulatedNodes;
import io.mas.api.object.FileInfo;
import io.mas.api.object.ObjectProperties;
import io.mas.api.object.ObjectRoom;
import io.mas.api.object.Parts;
import io.mas.api.object.ProtocolRule;
import io.mas.api.token.TokenGrant;
import io.mas.common.error.MasException;
import io.mas.common.object.ByteRange;
import io.mas.common.object.ObjectHash;
import io.mas.common.object.PartId;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.springframework.util.unit.DataSize;

/**
 * One file of two chunks and everybody who works on it, on the real rooms, the real embedded
 * metadata and simulated nodes; every operation on metadata is a step of an {@link Interleaver}.
 * The processes are those of {@code commit_model.py}, under their names there.
 */
final class ProtocolWorld implements AutoCloseable {
  final Interleaver steps = new Interleaver();
  final ObjectHash hash;
  private final byte[] content = new byte[3000];
  private final SimulatedNodes nodes = new SimulatedNodes();
  private final MetadataStore store;
  private final NodeView view;
  private final CpuPool cpu = new CpuPool(1);
  private final BufferPool buffers = new BufferPool(64 << 20, Duration.ofSeconds(5));
  private final ObjectRoom objects;
  private final Parts parts;
  private final SingleUpload single;
  private final ChunkedUpload chunked;
  private final Chunks chunks;
  private final Finish finish;
  private final TokenGrant grant;
  private final GarbageRoom.Outside garbage;

  /** Time passes whenever it is looked at: every lease runs out. */
  private static final class PassingTime implements InstantSource {
    private final AtomicLong millis = new AtomicLong(1_790_000_000_000L);

    @Override
    public Instant instant() {
      return Instant.ofEpochMilli(millis.incrementAndGet());
    }
  }

  /**
   * @param store the metadata; its operations are steps in this world
   * @param rules what the protocol keeps
   */
  ProtocolWorld(MetadataStore store, Set<ProtocolRule> rules, long seed) {
    RandomGenerator random = new Random(seed);
    random.nextBytes(content);
    this.store = store;
    this.hash = hash(content);
    this.grant = TokenGrant.upload(hash, "", OptionalLong.empty());
    MetadataStore stepped = steps.wrap(MetadataStore.class, store);
    InstantSource clock = new PassingTime();
    this.view = view(clock);
    Placement placement = new Placement(view, new PlacementProperties(1), random);
    Blocks blocks = new Blocks(buffers, cpu, new BlockCodec());
    Nodes known = new Nodes(view, placement, nodes);
    Duration now = Duration.ZERO;
    ObjectProperties properties =
        new ObjectProperties(
            "4+2",
            DataSize.ofMegabytes(1),
            Duration.ofSeconds(5),
            now,
            Duration.ofDays(1),
            now,
            now);
    this.objects =
        new ObjectRoom(
            new ObjectRoom.Outside(
                stepped, known, blocks, clock, random, new SimpleMeterRegistry(), () -> {}),
            properties,
            rules);
    this.garbage =
        new GarbageRoom.Outside(stepped, known, objects, clock, new SimpleMeterRegistry());
    this.parts = objects.parts();
    UploadProperties uploads =
        new UploadProperties(
            DataSize.ofMegabytes(64),
            DataSize.ofTerabytes(5),
            Duration.ofDays(7),
            now,
            Duration.ofMillis(1));
    this.single = new SingleUpload(stepped, parts, uploads, clock, rules);
    this.chunked = new ChunkedUpload(stepped, parts, uploads, clock, random);
    this.chunks = new Chunks(stepped, parts, chunked, 64 << 20);
    this.finish =
        new Finish(stepped, parts, new FinishLease(stepped, uploads, clock), clock, rules);
  }

  private NodeView view(InstantSource clock) {
    Duration second = Duration.ofSeconds(1);
    NodesProperties properties = new NodesProperties(second, second, second, second, second, 8, "");
    NodeView made = new NodeView(store, nodes, properties, clock);
    SimulatedNodes.announcements(store.clusterId(), 6).forEach(made::accept);
    return made;
  }

  private static ObjectHash hash(byte[] bytes) {
    return ObjectHash.of(Sha256.digest().digest(bytes));
  }

  // What the processes do; a refusal to the client is a regular end.

  /** The upload is begun and has its first chunk. */
  void begin() {
    chunked.init(grant, "name", OptionalLong.empty(), OptionalInt.empty());
    chunk(1, Arrays.copyOf(content, 1000));
  }

  void single() {
    answered(() -> single.begin(grant).store("name", new ByteArrayInputStream(content)));
  }

  void secondChunk() {
    answered(() -> chunk(2, Arrays.copyOfRange(content, 1000, content.length)));
  }

  private int chunk(int number, byte[] bytes) {
    InputStream body = new ByteArrayInputStream(bytes);
    try (ReceivedChunk received = chunks.receive(grant, body)) {
      return received.list(number);
    }
  }

  void finish() {
    answered(
        () ->
            finish.run(
                ChunkedUpload.id(grant),
                new Finish.Said(UploadDocument.UNSAID, UploadDocument.UNSAID, Long.MAX_VALUE)));
  }

  void delete() {
    answered(() -> objects.files().delete(hash));
  }

  void abortAndSweep() {
    answered(
        () -> {
          chunked.abort(grant);
          return true;
        });
    sweep();
  }

  void sweep() {
    objects.sweep().sweep();
  }

  /** Compares the nodes with the metadata, without any grace. */
  void sweepInventories(Set<GarbageRule> rules) {
    Duration now = Duration.ZERO;
    GarbageProperties properties =
        new GarbageProperties(true, false, Duration.ofHours(1), now, now, now);
    BreakerProperties limits = new BreakerProperties(1, 1000, 1000);
    new GarbageRoom(garbage, properties, limits, rules).sweep().sweepOnce();
  }

  /** Collects the parts that an inventory finds unnamed and unlisted at this time. */
  void collectOrphans() {
    Set<PartId> found = nodes.parts();
    store.file(hash, Concern.LINEARIZABLE).stream()
        .flatMap(file -> file.parts().stream())
        .forEach(part -> found.remove(part.id()));
    listed().forEach(chunk -> found.remove(chunk.part()));
    store.putGarbage(
        new GarbageDocument(
            "orphans-" + hash, 0, new GarbageDocument.Parts(hash, List.copyOf(found))));
    sweep();
  }

  private List<ChunkDocument> listed() {
    return store.uploads(hash).stream()
        .flatMap(upload -> store.chunks(upload.id(), upload.generation()).stream())
        .toList();
  }

  private interface Request<T> {
    T ask();
  }

  private static <T> Optional<T> answered(Request<T> request) {
    try {
      return Optional.of(request.ask());
    } catch (MasException e) {
      boolean regular =
          switch (e.code()) {
            case METADATA_NOT_SAVED,
                CHUNK_CONFLICT,
                ALREADY_STORED,
                UPLOAD_NOT_INITIALISED,
                NO_SUCH_FILE,
                CONTENT_MISMATCH ->
                true;
            // a part that is collected while it is read back
            case TOO_FEW_SHARDS -> true;
            default -> false;
          };
      if (!regular) {
        throw e;
      }
      return Optional.empty();
    }
  }

  // What must hold in every state

  /** Whether a live file names a part of which a shard or an extent document is gone. */
  boolean broken() {
    return store
        .file(hash, Concern.LINEARIZABLE)
        .filter(FileDocument::live)
        .filter(file -> !file.parts().stream().allMatch(this::whole))
        .isPresent();
  }

  private boolean whole(FileDocument.Part part) {
    List<ExtentDocument> extents = store.extents(part.id(), 0, 10, Concern.LINEARIZABLE);
    return extents.stream().mapToLong(ExtentDocument::length).sum() == part.length()
        && extents.stream().allMatch(this::whole);
  }

  private boolean whole(ExtentDocument extent) {
    for (int i = 0; i < extent.shards().size(); i++) {
      if (!nodes.has(extent.shards().get(i).node(), extent.key(i))) {
        return false;
      }
    }
    return true;
  }

  /** Whatever has happened: storing the file again works, and it reads back. */
  byte[] storeAndRead() throws IOException {
    FileInfo ignored = single.begin(grant).store("name", new ByteArrayInputStream(content));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (var reading = objects.files().open(hash).read(new ByteRange(0, content.length))) {
      reading.copy(out);
    }
    return out.toByteArray();
  }

  byte[] content() {
    return content.clone();
  }

  /** Parts that still take space although nothing refers to them, after all is collected. */
  Set<PartId> leftovers() {
    Set<PartId> left = nodes.parts();
    store.file(hash, Concern.LINEARIZABLE).filter(FileDocument::live).stream()
        .flatMap(file -> file.parts().stream())
        .forEach(part -> left.remove(part.id()));
    return left;
  }

  /** Forgets what is due, so that the next world on the same store does not meet it. */
  @Override
  public void close() {
    store.dueGarbage(Long.MAX_VALUE, 1000).forEach(note -> store.removeGarbage(note.id()));
    store.uploadsExpiringBefore(Long.MAX_VALUE, 1000).forEach(store::deleteUpload);
    view.close();
    cpu.close();
    buffers.close();
  }
}

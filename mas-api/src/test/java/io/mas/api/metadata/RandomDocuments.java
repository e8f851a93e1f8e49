package io.mas.api.metadata;

import io.mas.common.cluster.NodeAnnouncement;
import io.mas.common.cluster.NodeIdentity;
import io.mas.common.cluster.NodeState;
import io.mas.common.object.BlockEntry;
import io.mas.common.object.Compression;
import io.mas.common.object.ExtentId;
import io.mas.common.object.Layout;
import io.mas.common.object.ObjectHash;
import io.mas.common.object.PartId;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Documents with random values, reproducible by the seed that is printed. */
final class RandomDocuments {
  private static final int MAX_RAW = 1 << 20;

  private final Random random;

  RandomDocuments() {
    this(Long.getLong("mas.test.seed", new SecureRandom().nextLong()));
  }

  RandomDocuments(long seed) {
    System.out.println("documents: -Dmas.test.seed=" + seed);
    this.random = new Random(seed);
  }

  ObjectHash hash() {
    byte[] bytes = new byte[32];
    random.nextBytes(bytes);
    return ObjectHash.of(bytes);
  }

  PartId part() {
    return PartId.create(Instant.ofEpochMilli(number(1L << 40)), random);
  }

  /** The first version of a live file with this name and time. */
  FileDocument file(String name, long time) {
    return new FileDocument(hash(), 1, FileDocument.State.LIVE, 7, name, time, List.of(filePart()));
  }

  FileDocument file(ObjectHash hash, long version, int parts) {
    return new FileDocument(
        hash,
        version,
        constant(FileDocument.State.values()),
        number(Long.MAX_VALUE),
        text(),
        random.nextLong(),
        many(parts, this::filePart));
  }

  FileDocument file() {
    return file(hash(), 1, random.nextInt(20));
  }

  FileDocument.Part filePart() {
    return new FileDocument.Part(1 + number(Long.MAX_VALUE - 1), part());
  }

  ExtentDocument extent(ExtentId id, int blocks) {
    Layout layout = Layout.of(1 + random.nextInt(20), random.nextInt(12), MAX_RAW);
    return new ExtentDocument(
        id,
        hash(),
        number(Long.MAX_VALUE),
        layout,
        1,
        many(layout.width(), () -> new ExtentDocument.Shard(id(), random.nextLong())),
        many(blocks, this::block),
        missing(),
        random.nextBoolean(),
        false);
  }

  /** An extent with these columns missing, of layout 4+2, with each shard on a node of its own. */
  ExtentDocument lacking(List<String> nodes, Set<ExtentDocument.Missing> missing, long now) {
    ExtentDocument whole =
        new ExtentDocument(
            new ExtentId(part(), random.nextInt(1000)),
            hash(),
            0,
            Layout.of(4, 2, MAX_RAW),
            1,
            nodes.stream().map(id -> new ExtentDocument.Shard(id, random.nextLong())).toList(),
            many(4, this::block),
            Set.of(),
            false,
            false);
    return missing.isEmpty() ? whole : whole.withMissing(missing, now);
  }

  ProcessDocument process() {
    return new ProcessDocument(
        id(),
        random.nextLong(),
        random.nextBoolean(),
        number(Long.MAX_VALUE),
        number(Long.MAX_VALUE),
        number(Long.MAX_VALUE),
        random.nextBoolean(),
        text(),
        many(3, () -> new ProcessDocument.Unanswered(id(), id(), number(Long.MAX_VALUE))));
  }

  SweepDocument sweep() {
    long judged = number(1_000_000);
    return new SweepDocument(
        1,
        new SweepDocument.Turn(id(), random.nextLong()),
        judged + number(1_000_000),
        judged,
        new SweepDocument.Breaker(
            text(),
            random.nextLong(),
            random.nextBoolean(),
            many(3, () -> new SweepDocument.Deleted(random.nextLong(), random.nextLong()))),
        SweepDocument.Mode.DRY_RUN,
        new SweepDocument.Last(
            random.nextLong(),
            random.nextLong(),
            random.nextLong(),
            random.nextLong(),
            random.nextLong(),
            Set.copyOf(many(3, () -> Layout.of(1 + random.nextInt(20), random.nextInt(5), 4096)))));
  }

  /** So many different ids of nodes. */
  List<String> nodeIds(int count) {
    return Stream.generate(this::id).distinct().limit(count).toList();
  }

  ExtentDocument extent() {
    return extent(new ExtentId(part(), random.nextInt(1000)), 1 + random.nextInt(256));
  }

  Set<ExtentDocument.Missing> missing() {
    return many(random.nextInt(3), () -> new ExtentDocument.Missing(random.nextInt(3), block0()))
        .stream()
        .collect(Collectors.toSet());
  }

  private int block0() {
    return random.nextInt(4) - 1;
  }

  private BlockEntry block() {
    int raw = 1 + random.nextInt(MAX_RAW);
    return random.nextBoolean()
        ? new BlockEntry(raw, raw, Compression.RAW, random.nextInt())
        : new BlockEntry(raw, 1 + random.nextInt(raw), Compression.ZSTD, random.nextInt());
  }

  UploadId uploadId() {
    return new UploadId(hash(), random.nextInt(4) == 0 ? UploadId.SHARED : id());
  }

  /** The first version of an upload in a random state. */
  UploadDocument upload(UploadId id, long expires) {
    UploadDocument.State state = constant(UploadDocument.State.values());
    return new UploadDocument(
        id,
        1,
        random.nextLong(),
        state,
        text(),
        random.nextInt(3) == 0 ? UploadDocument.UNSAID : number(Long.MAX_VALUE),
        random.nextInt(3) == 0 ? UploadDocument.UNSAID : random.nextInt(FileDocument.MAX_PARTS),
        random.nextLong(),
        expires,
        random.nextBoolean(),
        state == UploadDocument.State.FINISHING
            ? new UploadDocument.Lease(id(), random.nextLong())
            : null);
  }

  UploadDocument upload() {
    return upload(uploadId(), random.nextLong());
  }

  ChunkDocument chunk(UploadId upload, long generation, int number) {
    return new ChunkDocument(upload, generation, number, part(), 1 + number(Long.MAX_VALUE - 1));
  }

  ChunkDocument chunk() {
    return chunk(uploadId(), random.nextLong(), 1 + random.nextInt(FileDocument.MAX_PARTS));
  }

  GarbageDocument garbage(long due) {
    return new GarbageDocument(
        id(),
        due,
        random.nextBoolean()
            ? new GarbageDocument.Parts(
                hash(), many(random.nextInt(5), this::part), random.nextBoolean())
            : new GarbageDocument.Generation(uploadId(), random.nextLong()));
  }

  GarbageDocument garbage() {
    return garbage(random.nextLong());
  }

  /** The first version of a node. */
  NodeDocument node() {
    return new NodeDocument(
        1,
        new NodeAnnouncement(
            new NodeIdentity(id(), id(), 1 + number(Long.MAX_VALUE - 1), id()),
            random.nextLong(),
            random.nextLong(),
            URI.create("http://127.0.0.1:" + random.nextInt(65536)),
            text(),
            text(),
            text(),
            random.nextLong(),
            random.nextLong(),
            constant(NodeState.values())),
        nodeIds(random.nextInt(3)),
        many(random.nextInt(3), this::suspicion),
        random.nextBoolean()
            ? new NodeDocument.Lost(
                random.nextLong(),
                constant(NodeDocument.Cause.values()),
                constant(NodeDocument.Progress.values()))
            : null);
  }

  private NodeDocument.Suspicion suspicion() {
    long since = number(Long.MAX_VALUE - 1);
    return new NodeDocument.Suspicion(id(), since, since + number(Long.MAX_VALUE - since));
  }

  <E> E oneOf(List<E> of) {
    return of.get(random.nextInt(of.size()));
  }

  /** 1 to 64 letters and digits. */
  private String id() {
    return characters(1 + random.nextInt(64), "abcdefghijklmnopqrstuvwxyz0123456789-");
  }

  /** Up to 40 characters of one to four bytes, none a control character. */
  private String text() {
    int length = random.nextInt(40);
    return IntStream.generate(() -> random.nextInt(Character.MAX_CODE_POINT + 1))
        .filter(c -> c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE)
        .filter(c -> !Character.isISOControl(c))
        .limit(length)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  private String characters(int length, String of) {
    return Stream.generate(() -> of.substring(random.nextInt(of.length())).substring(0, 1))
        .limit(length)
        .collect(Collectors.joining());
  }

  private long number(long bound) {
    return random.nextLong(bound);
  }

  private <E> E constant(E[] of) {
    return of[random.nextInt(of.length)];
  }

  static <T> List<T> many(int count, Supplier<T> one) {
    return Stream.generate(one).limit(count).toList();
  }
}

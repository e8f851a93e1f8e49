package io.mas.standalone.chaos;

import io.mas.api.metadata.ChunkDocument;
import io.mas.api.metadata.Concern;
import io.mas.api.metadata.ExtentDocument;
import io.mas.api.metadata.FileDocument;
import io.mas.api.metadata.MetadataStore;
import io.mas.api.metadata.UploadDocument;
import io.mas.common.object.PartId;
import io.mas.dev.cluster.DevCluster;
import io.mas.standalone.Shards;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The shards on the disks against the documents in the database, of a cluster in which nothing
 * happens. Looks at the files themselves and asks no process, so that none can be mistaken about
 * itself.
 *
 * @param extents of files that are stored
 * @param missing of these: shards that are on no disk, or known to be damaged, parts whose
 *     documents do not cover them, and what was placed while nodes were away and is not spread
 *     since
 * @param unknown shards on disks that no document names, each with where it is and what its extent
 *     is
 * @param garbage what is to be collected and is not: extents that neither a stored file nor an
 *     upload under way has, and notes
 */
record Audit(int extents, List<String> missing, List<String> unknown, List<String> garbage) {
  private static final Duration PAUSE = Duration.ofSeconds(2);
  private static final int PAGE = 1000;
  private static final int EXTENTS_OF_PART = 500;
  private static final int MOST_UPLOADS = 10_000;

  /**
   * What there is when nothing is broken any more, or after so long.
   *
   * @param unseen names of files that were damaged: they may be missing, as nobody has noticed
   */
  static Audit settled(
      DevCluster cluster, MetadataStore metadata, Set<String> unseen, Duration patience)
      throws InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    Audit audit = of(metadata, disks(cluster), unseen);
    while (!audit.broken().isEmpty() && System.nanoTime() < deadline) {
      Thread.sleep(PAUSE);
      audit = of(metadata, disks(cluster), unseen);
    }
    return audit;
  }

  /** Where each column is on the disks of nodes, by its name. */
  private static Map<String, Path> disks(DevCluster cluster) {
    return IntStream.rangeClosed(1, cluster.nodes().size())
        .mapToObj(cluster::nodeData)
        .flatMap(node -> Shards.of(node).stream())
        .collect(Collectors.toMap(Audit::name, Function.identity(), (one, _) -> one, HashMap::new));
  }

  private static String name(Path column) {
    return column.getFileName().toString();
  }

  private static Audit of(MetadataStore metadata, Map<String, Path> disks, Set<String> unseen) {
    List<ExtentDocument> stored = new ArrayList<>();
    List<String> missing = new ArrayList<>();
    for (FileDocument file : files(metadata)) {
      for (FileDocument.Part part : file.parts()) {
        List<ExtentDocument> extents = extents(metadata, part.id());
        stored.addAll(extents);
        incomplete(part, extents).ifPresent(missing::add);
      }
    }
    stored.stream().flatMap(extent -> missing(extent, disks, unseen)).forEach(missing::add);
    List<ExtentDocument> documents = all(metadata);
    Map<String, Path> unknown = new HashMap<>(disks);
    documents.stream().flatMap(Audit::columns).forEach(unknown::remove);
    // Of what is damaged nobody can say whose it is: the collection counts it, and leaves it alone.
    unseen.forEach(unknown::remove);
    return new Audit(
        stored.size(),
        missing,
        unknown.values().stream().map(column -> described(column, metadata)).toList(),
        garbage(metadata, documents, stored));
  }

  private static List<String> garbage(
      MetadataStore metadata, List<ExtentDocument> documents, List<ExtentDocument> stored) {
    Set<PartId> wanted =
        stored.stream().map(extent -> extent.id().part()).collect(Collectors.toSet());
    List<ExtentDocument> others =
        documents.stream().filter(extent -> !wanted.contains(extent.id().part())).toList();
    Set<PartId> underWay = others.isEmpty() ? Set.of() : underWay(metadata);
    return Stream.concat(
            others.stream()
                .filter(extent -> !underWay.contains(extent.id().part()))
                .map(extent -> "not collected: " + extent),
            metadata.dueGarbage(Long.MAX_VALUE, PAGE).stream().map(note -> "noted: " + note))
        .toList();
  }

  /** The parts of uploads that may still become files. */
  private static Set<PartId> underWay(MetadataStore metadata) {
    List<UploadDocument> uploads = metadata.uploadsExpiringBefore(Long.MAX_VALUE, MOST_UPLOADS);
    if (uploads.size() == MOST_UPLOADS) {
      throw new IllegalStateException("more uploads than are looked at: " + MOST_UPLOADS);
    }
    return uploads.stream()
        .filter(UploadDocument::underWay)
        .flatMap(upload -> metadata.chunks(upload.id(), upload.generation()).stream())
        .map(ChunkDocument::part)
        .collect(Collectors.toSet());
  }

  /** A part of which not even the documents are there: its shards cannot be missed otherwise. */
  private static Optional<String> incomplete(FileDocument.Part part, List<ExtentDocument> extents) {
    long length = extents.stream().mapToLong(ExtentDocument::length).sum();
    boolean inOrder =
        IntStream.range(0, extents.size()).allMatch(i -> extents.get(i).id().ordinal() == i);
    return inOrder && length == part.length()
        ? Optional.empty()
        : Optional.of(
            "in no document: %d of %d bytes of %s"
                .formatted(part.length() - length, part.length(), part.id()));
  }

  private static Stream<String> missing(
      ExtentDocument extent, Map<String, Path> disks, Set<String> unseen) {
    return Stream.concat(
        columns(extent)
            .filter(column -> !disks.containsKey(column))
            .filter(column -> !unseen.contains(column))
            .map(column -> "on no disk: " + column),
        Stream.concat(
            extent.missing().stream().map(one -> "not repaired: %s %s".formatted(extent.id(), one)),
            Stream.of(extent)
                .filter(ExtentDocument::belowIdeal)
                .map(_ -> "not spread again: " + extent.id())));
  }

  private static String described(Path column, MetadataStore metadata) {
    List<String> fields = List.of(name(column).split("-", -1));
    PartId part = PartId.parse(fields.get(0));
    List<ExtentDocument> extent =
        metadata.extents(part, Integer.parseInt(fields.get(1)), 1, Concern.MAJORITY);
    return "%s of %s".formatted(column, extent.isEmpty() ? "no extent" : extent.getFirst());
  }

  /** What must not be. */
  List<String> broken() {
    return Stream.of(
            missing.stream(),
            unknown.stream().map(column -> "named by nobody: " + column),
            garbage.stream())
        .flatMap(some -> some)
        .toList();
  }

  private static List<FileDocument> files(MetadataStore metadata) {
    List<FileDocument> files = new ArrayList<>();
    String cursor = "";
    do {
      MetadataStore.FilePage page = metadata.files("", cursor, PAGE);
      files.addAll(page.files());
      cursor = page.cursor();
    } while (!cursor.isEmpty());
    return files;
  }

  private static List<ExtentDocument> extents(MetadataStore metadata, PartId part) {
    return metadata.extents(part, 0, EXTENTS_OF_PART, Concern.MAJORITY);
  }

  private static List<ExtentDocument> all(MetadataStore metadata) {
    List<ExtentDocument> all = new ArrayList<>(metadata.extents(null, PAGE));
    List<ExtentDocument> page = all;
    while (!page.isEmpty()) {
      page = metadata.extents(page.getLast().id(), PAGE);
      all.addAll(page);
    }
    return all;
  }

  /** The names of an extent's files, as a node gives them. */
  private static Stream<String> columns(ExtentDocument extent) {
    return IntStream.range(0, extent.shards().size())
        .mapToObj(
            shard ->
                "%s-%d-%d-%s"
                    .formatted(
                        extent.id().part(),
                        extent.id().ordinal(),
                        shard,
                        HexFormat.of().toHexDigits(extent.shards().get(shard).attempt())));
  }

  @Override
  public String toString() {
    return "%d extents of files, %d missing, damaged or not spread, %d unknown, %d not collected"
        .formatted(extents, missing.size(), unknown.size(), garbage.size());
  }
}

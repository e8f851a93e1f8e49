package io.mas.api.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import io.mas.common.object.ExtentId;
import io.mas.common.object.ObjectHash;
import io.mas.common.object.PartId;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Every operation of the seam on one document, with every outcome. */
abstract class MetadataStoreContract extends MetadataContract {

  // Cluster

  @Test
  void theClusterIdIsALowerCaseUuid() {
    assertThat(store.clusterId()).matches("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
  }

  @Test
  void theClusterIdStaysForGood() {
    String id = store.clusterId();
    assertThat(store.clusterId()).isEqualTo(id);
    reopen();
    assertThat(store.clusterId()).isEqualTo(id);
  }

  // Files

  @Test
  void filesAreFoundByTheirHashes() {
    List<FileDocument> files =
        Stream.generate(() -> random.file(random.hash(), 1, 3)).limit(5).toList();
    files.forEach(file -> applied(store.compareAndSetFile(file)));
    FileDocument deleted = files.getFirst().deleted();
    applied(store.compareAndSetFile(deleted));
    List<ObjectHash> asked =
        List.of(files.get(0).hash(), files.get(2).hash(), random.hash(), files.get(4).hash());
    assertThat(store.files(asked)).containsExactlyInAnyOrder(deleted, files.get(2), files.get(4));
    assertThat(store.files(List.of())).isEmpty();
  }

  @Test
  void anAbsentFileIsEmpty() {
    assertThat(store.file(random.hash(), Concern.MAJORITY)).isEmpty();
    assertThat(store.file(random.hash(), Concern.LINEARIZABLE)).isEmpty();
  }

  @Test
  void anAbsentFileCountsAsVersionZero() {
    FileDocument file = random.file();
    applied(store.compareAndSetFile(file));
    assertThat(store.file(file.hash(), Concern.LINEARIZABLE)).contains(file);
    assertThat(store.file(file.hash(), Concern.MAJORITY)).contains(file);
  }

  @Test
  void aFileGoesThroughItsVersionsOneByOne() {
    FileDocument first = random.file("a", 1);
    for (FileDocument next : List.of(first, first.fenced(), first.fenced().deleted())) {
      applied(store.compareAndSetFile(next));
      assertThat(store.file(first.hash(), Concern.LINEARIZABLE)).contains(next);
    }
  }

  @Test
  void aFileOfAnotherVersionThanTheNextIsRefusedAndChangesNothing() {
    ObjectHash hash = random.hash();
    refused(store.compareAndSetFile(random.file(hash, 2, 1)));
    assertThat(store.file(hash, Concern.LINEARIZABLE)).isEmpty();
    FileDocument first = random.file(hash, 1, 1);
    applied(store.compareAndSetFile(first));
    for (long version : new long[] {1, 3, 100, Long.MAX_VALUE}) {
      refused(store.compareAndSetFile(random.file(hash, version, 1)));
    }
    assertThat(store.file(hash, Concern.LINEARIZABLE)).contains(first);
  }

  @Test
  void aFileMayHaveTenThousandParts() {
    FileDocument file = random.file(random.hash(), 1, FileDocument.MAX_PARTS);
    applied(store.compareAndSetFile(file));
    assertThat(store.file(file.hash(), Concern.LINEARIZABLE)).contains(file);
  }

  @Test
  void aFileMayBeEmpty() {
    FileDocument file = random.file(random.hash(), 1, 0);
    applied(store.compareAndSetFile(file));
    assertThat(store.file(file.hash(), Concern.LINEARIZABLE)).contains(file);
  }

  @Test
  void aDocumentOfAnUnknownFormatIsRefusedAndNamed() {
    FileDocument file = random.file("n", 1);
    Map<String, Object> fields = DocumentFormat.fields(file);
    fields.put("v", 2);
    replaceFile(file.hash(), fields);
    unreachable(() -> store.file(file.hash(), Concern.MAJORITY), "format 2");
    unreachable(() -> store.compareAndSetFile(file.fenced()), "format 2");
  }

  @Test
  void aDocumentWithoutAFieldIsRefusedAndTheFieldNamed() {
    FileDocument file = random.file("n", 1);
    Map<String, Object> fields = DocumentFormat.fields(file);
    fields.remove("size");
    replaceFile(file.hash(), fields);
    unreachable(() -> store.file(file.hash(), Concern.MAJORITY), "'size'");
  }

  private void replaceFile(ObjectHash hash, Map<String, Object> fields) {
    store.close();
    backend.storeFile(hash, fields);
    store = backend.open();
  }

  // Extents

  @Test
  void anExtentIsInsertedOnce() {
    ExtentDocument extent = random.extent();
    applied(store.insertExtent(extent));
    refused(store.insertExtent(random.extent(extent.id(), 1)));
    assertThat(extents(extent.id().part())).containsExactly(extent);
  }

  @Test
  void anExtentMayHave256Blocks() {
    ExtentDocument extent =
        random.extent(new ExtentId(random.part(), 0), ExtentDocument.MAX_BLOCKS);
    applied(store.insertExtent(extent));
    assertThat(extents(extent.id().part())).containsExactly(extent);
  }

  @Test
  void extentsOfAPartComeInOrderAndFromAnOrdinalOn() {
    PartId part = random.part();
    for (int ordinal : new int[] {300, 2, 0, 1, 70_000}) {
      applied(store.insertExtent(random.extent(new ExtentId(part, ordinal), 1)));
    }
    applied(store.insertExtent(random.extent(new ExtentId(before(part), 5), 1)));
    applied(store.insertExtent(random.extent(new ExtentId(after(part), 0), 1)));
    assertThat(ordinals(part, 0, 10)).containsExactly(0, 1, 2, 300, 70_000);
    assertThat(ordinals(part, 2, 10)).containsExactly(2, 300, 70_000);
    assertThat(ordinals(part, 1, 2)).containsExactly(1, 2);
    assertThat(ordinals(part, 70_001, 1)).isEmpty();
  }

  private static PartId before(PartId part) {
    return new PartId(part.high(), part.low() - 1);
  }

  private static PartId after(PartId part) {
    return new PartId(part.high(), part.low() + 1);
  }

  private List<Integer> ordinals(PartId part, int from, int limit) {
    return store.extents(part, from, limit, Concern.LINEARIZABLE).stream()
        .map(extent -> extent.id().ordinal())
        .toList();
  }

  private List<ExtentDocument> extents(PartId part) {
    return store.extents(part, 0, 10, Concern.LINEARIZABLE);
  }

  @Test
  void extentsOfSeveralPartsAreFoundByTheirIds() {
    List<ExtentDocument> extents =
        RandomDocuments.many(3, () -> random.extent(new ExtentId(random.part(), 0), 1));
    extents.forEach(extent -> applied(store.insertExtent(extent)));
    ExtentDocument first = extents.getFirst();
    applied(store.insertExtent(random.extent(new ExtentId(first.id().part(), 1), 1)));
    List<ExtentId> ids =
        List.of(first.id(), extents.getLast().id(), new ExtentId(random.part(), 0));
    for (Concern concern : Concern.values()) {
      assertThat(store.extents(ids, concern)).containsExactlyInAnyOrder(first, extents.getLast());
      assertThat(store.extents(List.of(), concern)).isEmpty();
      assertThat(store.extent(first.id(), concern)).contains(first);
      assertThat(store.extent(ids.getLast(), concern)).isEmpty();
    }
  }

  @Test
  void anExtentChangesByItsVersionOnly() {
    ExtentDocument extent = random.extent();
    refused(store.compareAndSetExtent(extent.withMark()));
    refused(store.compareAndSetExtent(extent));
    applied(store.insertExtent(extent));
    ExtentDocument marked = extent.withMark();
    refused(store.compareAndSetExtent(marked.withMark()));
    applied(store.compareAndSetExtent(marked));
    refused(store.compareAndSetExtent(extent.withMissing(Set.of(), 1)));
    assertThat(extents(extent.id().part())).containsExactly(marked);
  }

  @Test
  void anExtentIsDeletedByItsVersionOnly() {
    ExtentDocument extent = random.extent();
    refused(store.deleteExtent(extent.id(), 1));
    applied(store.insertExtent(extent));
    applied(store.compareAndSetExtent(extent.withMark()));
    refused(store.deleteExtent(extent.id(), 1));
    applied(store.deleteExtent(extent.id(), 2));
    refused(store.deleteExtent(extent.id(), 2));
    assertThat(extents(extent.id().part())).isEmpty();
  }

  // Uploads

  @Test
  void anUploadGoesThroughItsVersionsOneByOne() {
    UploadDocument first = random.upload();
    UploadDocument second = first.finishing(new UploadDocument.Lease("me", 5));
    refused(store.compareAndSetUpload(second));
    applied(store.compareAndSetUpload(first));
    refused(store.compareAndSetUpload(first));
    refused(store.compareAndSetUpload(second.reopened()));
    applied(store.compareAndSetUpload(second));
    assertThat(store.upload(first.id(), Concern.LINEARIZABLE)).contains(second);
    assertThat(store.upload(first.id(), Concern.MAJORITY)).contains(second);
  }

  @Test
  void anUploadIsDeletedByItsVersionOnly() {
    UploadDocument upload = random.upload();
    refused(store.deleteUpload(upload));
    applied(store.compareAndSetUpload(upload));
    refused(store.deleteUpload(upload.expiring(1)));
    applied(store.deleteUpload(upload));
    refused(store.deleteUpload(upload));
    assertThat(store.upload(upload.id(), Concern.LINEARIZABLE)).isEmpty();
    applied(store.compareAndSetUpload(upload));
  }

  /** A worker that was suspended must not end the next upload of a session that was forgotten. */
  @Test
  void anUploadIsChangedByThoseOfItsGenerationOnly() {
    UploadDocument first = random.upload();
    applied(store.compareAndSetUpload(first));
    applied(store.deleteUpload(first));
    UploadDocument second = random.upload(first.id(), 1);
    applied(store.compareAndSetUpload(second));
    refused(store.compareAndSetUpload(first.expiring(1)));
    refused(store.deleteUpload(first));
    assertThat(store.upload(first.id(), Concern.LINEARIZABLE)).contains(second);
    UploadDocument ended = second.to(UploadDocument.State.ABORTED);
    applied(store.compareAndSetUpload(ended));
    UploadDocument third = random.upload(first.id(), 2).to(UploadDocument.State.ABORTED);
    third = third.to(UploadDocument.State.OPEN); // version 3
    refused(store.compareAndSetUpload(third));
    refused(store.replaceUpload(second, random.upload(first.id(), 3).expiring(4)));
    applied(store.replaceUpload(ended, third));
    assertThat(store.upload(first.id(), Concern.LINEARIZABLE)).contains(third);
  }

  @Test
  void uploadsOfAHashAreThoseOfAllItsSessions() {
    ObjectHash hash = random.hash();
    List<UploadDocument> uploads =
        List.of("", "a", "A.b_c-9", "x".repeat(64)).stream()
            .map(session -> random.upload(new UploadId(hash, session), 7))
            .toList();
    uploads.forEach(upload -> applied(store.compareAndSetUpload(upload)));
    applied(store.compareAndSetUpload(random.upload()));
    assertThat(store.uploads(hash)).containsExactlyInAnyOrderElementsOf(uploads);
    assertThat(store.uploads(random.hash())).isEmpty();
  }

  // Chunks

  @Test
  void theFirstChunkOfANumberWins() {
    ChunkDocument chunk = random.chunk();
    assertThat(chunk(chunk)).isNull();
    applied(store.insertChunk(chunk));
    refused(store.insertChunk(random.chunk(chunk.upload(), chunk.generation(), chunk.number())));
    refused(store.insertChunk(chunk));
    assertThat(chunk(chunk)).isEqualTo(chunk);
  }

  @Test
  void aChunkIsReplacedIfItNamesThePartExpected() {
    ChunkDocument chunk = random.chunk();
    ChunkDocument next = random.chunk(chunk.upload(), chunk.generation(), chunk.number());
    refused(store.replaceChunk(next, chunk.part()));
    applied(store.insertChunk(chunk));
    refused(store.replaceChunk(next, random.part()));
    assertThat(chunk(chunk)).isEqualTo(chunk);
    applied(store.replaceChunk(next, chunk.part()));
    assertThat(chunk(chunk)).isEqualTo(next);
  }

  @Test
  void aChunkIsDeletedIfItNamesThePartExpected() {
    ChunkDocument chunk = random.chunk();
    refused(store.deleteChunk(chunk));
    applied(store.insertChunk(chunk));
    refused(store.deleteChunk(random.chunk(chunk.upload(), chunk.generation(), chunk.number())));
    applied(store.deleteChunk(chunk));
    refused(store.deleteChunk(chunk));
    assertThat(chunk(chunk)).isNull();
  }

  private @Nullable ChunkDocument chunk(ChunkDocument named) {
    return store.chunk(named.upload(), named.generation(), named.number()).orElse(null);
  }

  @Test
  void chunksOfAGenerationComeInOrderAndAreCounted() {
    UploadId upload = random.uploadId();
    List<ChunkDocument> chunks =
        IntStream.of(1, 2, 10, 255, 256, 257, FileDocument.MAX_PARTS)
            .mapToObj(number -> random.chunk(upload, -5, number))
            .toList();
    chunks.reversed().forEach(chunk -> applied(store.insertChunk(chunk)));
    applied(store.insertChunk(random.chunk(upload, -4, 3)));
    applied(store.insertChunk(random.chunk(upload, -6, 3)));
    applied(store.insertChunk(random.chunk(random.uploadId(), -5, 3)));
    assertThat(store.chunks(upload, -5)).isEqualTo(chunks);
    assertThat(store.countChunks(upload, -5)).isEqualTo(chunks.size());
    assertThat(store.chunks(upload, 0)).isEmpty();
    assertThat(store.countChunks(upload, 0)).isZero();
  }

  @Test
  void sessionsThatBeginAlikeDoNotMix() {
    ObjectHash hash = random.hash();
    ChunkDocument shared = random.chunk(new UploadId(hash, UploadId.SHARED), 1, 1);
    ChunkDocument a = random.chunk(new UploadId(hash, "a"), 1, 1);
    ChunkDocument ab = random.chunk(new UploadId(hash, "ab"), 1, 1);
    List.of(shared, a, ab).forEach(chunk -> applied(store.insertChunk(chunk)));
    for (ChunkDocument chunk : List.of(shared, a, ab)) {
      assertThat(store.chunks(chunk.upload(), 1)).containsExactly(chunk);
    }
  }

  // Nodes

  @Test
  void aNodeGoesThroughItsVersionsOneByOne() {
    NodeDocument first = random.node();
    NodeDocument second = new NodeDocument(2, first.announcement());
    refused(store.compareAndSetNode(second));
    applied(store.compareAndSetNode(first));
    refused(store.compareAndSetNode(first));
    applied(store.compareAndSetNode(second));
    assertThat(store.nodes()).containsExactly(second);
  }

  @Test
  void allNodesAreListed() {
    List<NodeDocument> nodes = RandomDocuments.many(20, random::node);
    nodes.forEach(node -> applied(store.compareAndSetNode(node)));
    assertThat(store.nodes()).containsExactlyInAnyOrderElementsOf(nodes);
    assertThat(nodes).allSatisfy(node -> assertThat(store.node(node.nodeId())).contains(node));
    assertThat(store.node("absent")).isEmpty();
  }

  @Test
  void aSuspicionAndAVerdictAreWonByOne() {
    NodeDocument first = new NodeDocument(1, random.node().announcement());
    applied(store.compareAndSetNode(first));
    NodeDocument suspected =
        first.keeping(
            List.of(
                new NodeDocument.Suspicion("gateway-1", 10, 70),
                new NodeDocument.Suspicion("gateway-2", 20, 80)));
    applied(store.compareAndSetNode(suspected));
    NodeDocument.Lost verdict =
        new NodeDocument.Lost(90, NodeDocument.Cause.UNREACHABLE, NodeDocument.Progress.MARKING);
    refused(store.compareAndSetNode(first.lost(verdict)));
    NodeDocument lost = suspected.lost(verdict);
    applied(store.compareAndSetNode(lost));
    refused(store.compareAndSetNode(suspected.returned("gateway-1")));
    reopen();
    assertThat(store.node(first.nodeId())).contains(lost);
    NodeDocument back = lost.returned("gateway-1");
    applied(store.compareAndSetNode(back));
    NodeDocument now = store.node(first.nodeId()).orElseThrow();
    assertThat(now.lost()).isNull();
    assertThat(now.suspicions()).containsExactly(suspected.suspicions().get(1));
  }

  // The collection

  @Test
  void theStateOfTheCollectionGoesThroughItsVersionsOneByOne() {
    assertThat(store.sweep()).isEmpty();
    SweepDocument first = random.sweep();
    refused(store.compareAndSetSweep(first.mode(SweepDocument.Mode.OFF)));
    applied(store.compareAndSetSweep(first));
    refused(store.compareAndSetSweep(first));
    assertThat(store.sweep()).contains(first);
    SweepDocument second = first.stopped("too much", 77);
    applied(store.compareAndSetSweep(second));
    refused(store.compareAndSetSweep(first.confirmed()));
    reopen();
    assertThat(store.sweep()).contains(second);
  }

  // The life of a store

  @Test
  void aReopenedStoreHasEverything() {
    FileDocument file = random.file("f", 5);
    ExtentDocument extent = random.extent();
    UploadDocument upload = random.upload(random.uploadId(), 5);
    ChunkDocument chunk = random.chunk();
    GarbageDocument garbage = random.garbage(5);
    NodeDocument node = random.node();
    applied(store.compareAndSetFile(file));
    applied(store.insertExtent(extent));
    applied(store.compareAndSetUpload(upload));
    applied(store.insertChunk(chunk));
    store.putGarbage(garbage);
    applied(store.compareAndSetNode(node));
    reopen();
    assertThat(store.file(file.hash(), Concern.MAJORITY)).contains(file);
    assertThat(store.files("", "", 10).files()).containsExactly(file);
    assertThat(extents(extent.id().part())).containsExactly(extent);
    assertThat(store.uploadsExpiringBefore(6, 10)).containsExactly(upload);
    assertThat(chunk(chunk)).isEqualTo(chunk);
    assertThat(store.dueGarbage(5, 10)).containsExactly(garbage);
    assertThat(store.nodes()).containsExactly(node);
  }

  @Test
  void aClosedStoreAnswersThatItCannotBeReached() {
    store.close();
    store.close();
    unreachable(() -> store.file(random.hash(), Concern.MAJORITY), "");
    unreachable(() -> store.compareAndSetFile(random.file()), "");
    unreachable(() -> store.files("", "", 1), "");
    unreachable(() -> store.putGarbage(random.garbage()), "");
    unreachable(() -> store.clusterId(), "");
  }

  static void applied(WriteOutcome outcome) {
    assertThat(outcome).isEqualTo(WriteOutcome.APPLIED);
  }

  static void refused(WriteOutcome outcome) {
    assertThat(outcome).isEqualTo(WriteOutcome.REFUSED);
  }

  static void unreachable(ThrowingCallable call, String message) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            MasException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.METADATA_UNREACHABLE))
        .hasMessageContaining(message);
  }
}

package io.mas.api.metadata;

import io.mas.common.object.ExtentId;
import io.mas.common.object.Layout;
import io.mas.common.object.ObjectHash;
import io.mas.common.object.PartId;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The seam to the database of metadata. Keep it narrow: a new operation must be one that MongoDB
 * does atomically on a single document, found by {@code _id} or by one of the few secondary
 * indexes.
 *
 * <p><b>Atomic</b> is each write of one document, and nothing more: no operation spans two
 * documents. A write that returned {@link WriteOutcome#APPLIED} is durable (fsynced; acknowledged
 * by a majority). Each document's version starts at 1 and is raised by exactly one with each write;
 * an absent document counts as version 0. Reads of one document never see a part of a write. Lists
 * are not snapshots: a document written while the list is read may be in it or not, all others are.
 *
 * <p>Every operation throws {@link io.mas.common.error.MasException} with METADATA_UNREACHABLE when
 * the database does not answer a read in time; a write that gets no answer returns {@link
 * WriteOutcome#UNKNOWN}. A document whose format number is unknown throws METADATA_UNREACHABLE too,
 * and says which. Implementations are thread-safe and may block.
 */
public interface MetadataStore extends AutoCloseable {

  /** The id of this cluster: made once, at the first call ever, and the same for good. */
  String clusterId();

  // Files

  /** The file's document, live or deleted. */
  Optional<FileDocument> file(ObjectHash hash, Concern concern);

  /**
   * Writes {@code next} if the document's version is {@code next.version() - 1} (0: absent).
   * Whether a refused commit wrote a document that is there already is for the caller to see by
   * reading again.
   */
  WriteOutcome compareAndSetFile(FileDocument next);

  /**
   * Live files, newest first, then by hash.
   *
   * @param namePrefix only names that begin so; "" for all
   * @param cursor the cursor of the page before, or "" for the first page
   * @param limit the most files to return, 1 to 1000
   * @throws io.mas.common.error.MasException PARAMETER_MALFORMED for a cursor that is none
   */
  FilePage files(String namePrefix, String cursor, int limit);

  /** The documents of these files, as far as there are any, in any order; majority. */
  List<FileDocument> files(Collection<ObjectHash> hashes);

  /**
   * A page of a listing.
   *
   * @param files may be fewer than asked for although more follow
   * @param cursor for the next page, or "" if this is the last
   */
  record FilePage(List<FileDocument> files, String cursor) {
    public FilePage {
      files = List.copyOf(files);
    }
  }

  // Extents

  /** The extents of a part with ordinals from {@code from} on, in order, at most {@code limit}. */
  List<ExtentDocument> extents(PartId part, int from, int limit, Concern concern);

  /** The documents of these extents, as far as there are any, in any order. */
  List<ExtentDocument> extents(Collection<ExtentId> ids, Concern concern);

  /** The document of one extent. */
  default Optional<ExtentDocument> extent(ExtentId id, Concern concern) {
    return extents(List.of(id), concern).stream().findFirst();
  }

  /**
   * Extents that lack something and whose turn has come at {@code time} (Unix milliseconds): those
   * with the least redundancy first, then those whose turn came first.
   */
  default List<ExtentDocument> extentsToRepair(long time, int limit) {
    return extentsToRepair(-Layout.MAX_WIDTH, time, limit);
  }

  /** Those of them with at least so much redundancy: at 0, every block can be read. */
  List<ExtentDocument> extentsToRepair(int least, long time, int limit);

  /**
   * How many of the extents that lack something have less redundancy than {@code below}, but {@code
   * limit} at most.
   */
  int countExtentsToRepair(int below, int limit);

  /**
   * Extents that wait until there are more nodes than when they were last looked at ({@link
   * ExtentDocument.Turn#waiting}), and for no more than {@code nodes}; in any order.
   */
  default List<ExtentDocument> extentsWaiting(int nodes, int limit) {
    return extentsWithTurn(
        0, ExtentDocument.Turn.WAITING, ExtentDocument.Turn.WAITING + nodes, limit);
  }

  /**
   * Extents that lack something whose next turn is from {@code from} on and before {@code to}; in
   * any order.
   *
   * @param least redundancy that they have
   */
  List<ExtentDocument> extentsWithTurn(int least, long from, long to, int limit);

  /**
   * Extents with a shard column on a node, in the order of their ids.
   *
   * @param after the last one of the page before; null for the first page
   */
  List<ExtentDocument> extentsOn(String nodeId, @Nullable ExtentId after, int limit);

  /**
   * All extents, in the order of their ids, which is about that of their age.
   *
   * @param after the last one of the page before; null for the first page
   */
  List<ExtentDocument> extents(@Nullable ExtentId after, int limit);

  /** Inserts a document of version 1; REFUSED if there is one with this id. Never an upsert. */
  WriteOutcome insertExtent(ExtentDocument extent);

  /** Writes {@code next} if the document's version is {@code next.version() - 1}, at least 1. */
  WriteOutcome compareAndSetExtent(ExtentDocument next);

  /** Deletes the document if it has this version. An absent one is REFUSED. */
  WriteOutcome deleteExtent(ExtentId id, long version);

  // Uploads and chunks

  Optional<UploadDocument> upload(UploadId id, Concern concern);

  /** All uploads of a hash, of whatever session and state. */
  List<UploadDocument> uploads(ObjectHash hash);

  /** Uploads that expire before {@code time} (Unix milliseconds), the oldest first. */
  List<UploadDocument> uploadsExpiringBefore(long time, int limit);

  /**
   * Writes {@code next} if the document's version is {@code next.version() - 1} (0: absent), and
   * its generation that of {@code next}: once an upload is forgotten, versions begin with 1 again.
   */
  WriteOutcome compareAndSetUpload(UploadDocument next);

  /** Writes {@code next}, the next version and another generation, in place of {@code ended}. */
  WriteOutcome replaceUpload(UploadDocument ended, UploadDocument next);

  /** Deletes the document if it has this version and generation. An absent one is REFUSED. */
  WriteOutcome deleteUpload(UploadDocument upload);

  Optional<ChunkDocument> chunk(UploadId upload, long generation, int number);

  /** The chunks of a generation in order of their numbers, with {@link Concern#LINEARIZABLE}. */
  List<ChunkDocument> chunks(UploadId upload, long generation);

  /** How many chunks a generation has. */
  int countChunks(UploadId upload, long generation);

  /** Inserts; REFUSED if there is a chunk of this number: the first wins. */
  WriteOutcome insertChunk(ChunkDocument chunk);

  /** Writes {@code next} if the chunk of its number names {@code replaced}. */
  WriteOutcome replaceChunk(ChunkDocument next, PartId replaced);

  /** Deletes the document if it names this part. An absent one is REFUSED. */
  WriteOutcome deleteChunk(ChunkDocument chunk);

  // Garbage

  /** Writes the note, whether or not one of this id is there; durable when it returns. */
  void putGarbage(GarbageDocument garbage);

  /** Notes due at {@code time} (Unix milliseconds) or before, the oldest first. */
  List<GarbageDocument> dueGarbage(long time, int limit);

  /** How many notes are due at {@code time} or before, but {@code limit} at most. */
  int countGarbage(long time, int limit);

  /** Removes the note; nothing happens if there is none. */
  void removeGarbage(String id);

  /** How the collection stands; with {@link Concern#LINEARIZABLE}. */
  Optional<SweepDocument> sweep();

  /** Writes {@code next} if the document's version is {@code next.version() - 1} (0: absent). */
  WriteOutcome compareAndSetSweep(SweepDocument next);

  // Nodes

  List<NodeDocument> nodes();

  /** The document of one node. */
  Optional<NodeDocument> node(String nodeId);

  /** Writes {@code next} if the document's version is {@code next.version() - 1} (0: absent). */
  WriteOutcome compareAndSetNode(NodeDocument next);

  // Processes

  /** All processes that have told of themselves and were not removed. */
  List<ProcessDocument> processes();

  /** Writes the document, whether or not one of this id is there. */
  void putProcess(ProcessDocument process);

  /** Removes the document; nothing happens if there is none. */
  void removeProcess(String id);

  @Override
  void close();
}

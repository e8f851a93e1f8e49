package io.mas.node.shard;

import io.mas.common.object.ObjectHash;
import io.mas.common.protocol.CommitRecord;
import io.mas.common.protocol.CommitRecord.State;
import io.mas.common.protocol.CommitSummary;
import io.mas.common.protocol.NodeError;
import io.mas.common.protocol.Page;
import io.mas.node.disk.Disk;
import io.mas.node.disk.DiskFile;
import io.mas.node.disk.DurableFiles;
import io.mas.node.shard.Tombstones.Tombstone;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The commit records of a volume, one small file each, little-endian; those that say DELETED are
 * {@link Tombstones}, and files only where an earlier build has left them. Runs on disk threads.
 *
 * <pre>
 *  0  "MASCMT1\n" (8)    8  length of the record (4)   12  CRC32C of the record (4)
 * 16  cluster (16)      32  node (16), as in a shard record
 * 48  the record as JSON
 * </pre>
 *
 * Every later format keeps these 48 bytes and has another number in the record.
 */
final class CommitFiles {
  private static final Logger log = LoggerFactory.getLogger(CommitFiles.class);

  private static final String ROOT = "commits";
  private static final long MAGIC = 0x0a31544d43_53414dL; // "MASCMT1\n" in little-endian order
  private static final int HEADER_BYTES = 48;

  /** The name that stands for a deleted file: its hash, version and time. */
  private static final Pattern DELETED =
      Pattern.compile("/([0-9a-f]{64})-([0-9a-f]{16})-d([0-9a-f]{16})$");

  /** 10 000 parts of about 60 bytes, and then some; more is damage. */
  private static final int MAX_BYTES = 4 << 20;

  private final DurableFiles files;
  private final Disk disk;
  private final VolumeId volume;
  private final JsonMapper json = JsonMapper.shared();
  private final Stripes stripes = new Stripes();
  private final Tombstones tombstones;

  CommitFiles(DurableFiles files, VolumeId volume) {
    this.files = files;
    this.disk = files.disk();
    this.volume = volume;
    this.tombstones = new Tombstones(files, volume);
  }

  void put(CommitRecord commit) throws IOException {
    ReentrantLock lock = stripes.of(commit.hash());
    lock.lock();
    try {
      if (commit.state() == State.DELETED) {
        tombstones.put(directory(commit.hash()), Tombstone.of(commit));
        deleteSuperseded(commit);
      } else {
        keep(commit);
      }
    } finally {
      lock.unlock();
    }
  }

  private void keep(CommitRecord commit) throws IOException {
    String path = path(commit);
    ByteBuffer bytes = encode(further(read(path), commit));
    // Written again even when it is there: this process has not seen that one forced.
    files.replace(path, file -> file.write(bytes, 0));
    if (commit.state() != State.PREPARED) {
      deleteSuperseded(commit);
    }
  }

  private static CommitRecord further(@Nullable CommitRecord before, CommitRecord now) {
    return before == null || before.state().compareTo(now.state()) <= 0 ? now : before;
  }

  /**
   * Rivals that prepared the same version of the same file have lost; and of its older versions
   * nobody wants to know, neither a rebuild, for which the highest counts, nor a collection, which
   * asks for newer ones. Else a file that is stored and deleted again and again would leave a
   * record each time.
   */
  private void deleteSuperseded(CommitRecord commit) throws IOException {
    String directory = directory(commit.hash());
    for (String name : disk.list(directory)) {
      String path = directory + "/" + name;
      if (name.startsWith(prefix(commit.hash())) && superseded(commit, path, version(name))) {
        disk.delete(path); // not forced: one that comes back is only litter
      }
    }
  }

  /**
   * Of a deleted file no record is wanted that is not newer, not even its own of an older build.
   */
  private boolean superseded(CommitRecord commit, String path, long version) throws IOException {
    return version < commit.version()
        || (version == commit.version()
            && (commit.state() == State.DELETED
                || (!path.equals(path(commit)) && isPrepared(path))));
  }

  private static String prefix(ObjectHash file) {
    return file + "-";
  }

  private static String prefix(CommitRecord commit) {
    return "%s%016x-".formatted(prefix(commit.hash()), commit.version());
  }

  private boolean isPrepared(String path) throws IOException {
    CommitRecord record = read(path);
    return record != null && record.state() == State.PREPARED;
  }

  Page<CommitRecord> page(String cursor, int limit) throws IOException {
    List<CommitRecord> rows = new ArrayList<>();
    Unreadable unreadable = new Unreadable();
    AtomicInteger lost = new AtomicInteger();
    List<String> paths =
        FanOut.page(disk, ROOT, directory -> names(directory, lost::addAndGet), cursor, limit);
    int damaged = lost.get();
    for (String path : paths) {
      CommitRecord record = unreadable.unless(path, () -> named(ROOT + "/" + path));
      if (record == null) {
        damaged++;
      } else {
        rows.add(record);
      }
    }
    unreadable.refuseAll(paths.size());
    return new Page<>(rows, damaged, paths.size() < limit ? null : paths.getLast());
  }

  /** What the records of a file say that are newer than a version; their names tell which are. */
  Page<CommitSummary> of(ObjectHash file, long above, int limit) throws IOException {
    String directory = directory(file);
    AtomicInteger lost = new AtomicInteger();
    List<String> newer =
        names(directory, lost::addAndGet).stream()
            .filter(name -> name.startsWith(prefix(file)) && version(name) > above)
            .toList();
    List<CommitSummary> rows = new ArrayList<>();
    Unreadable unreadable = new Unreadable();
    int damaged = 0;
    for (String name : newer.subList(0, Math.min(newer.size(), limit))) {
      CommitRecord record = unreadable.unless(name, () -> named(directory + "/" + name));
      damaged += record == null ? 1 : 0;
      rows.add(record == null ? CommitSummary.damaged(version(name)) : CommitSummary.of(record));
    }
    if (lost.get() > 0) {
      damaged++;
    }
    return new Page<>(rows, damaged, newer.size() > limit ? newer.get(limit) : null);
  }

  /**
   * The names of all records in a directory, sorted; those of deleted files say all of them.
   *
   * @param damaged told how many deleted files are not known any more, at the least
   */
  private List<String> names(String directory, IntConsumer damaged) throws IOException {
    Stream<String> records =
        disk.list(directory).stream().filter(name -> !name.equals(Tombstones.NAME));
    Tombstones.Known deleted = deleted(directory);
    damaged.accept(deleted.damaged());
    return Stream.concat(records, deleted.rows().stream().map(CommitFiles::name)).sorted().toList();
  }

  private Tombstones.Known deleted(String directory) {
    try {
      return tombstones.in(directory);
    } catch (IOException e) {
      log.warn("the deleted files of '{}' cannot be read", directory, e);
      return new Tombstones.Known(List.of(), 1);
    }
  }

  /** By its length no name of a file, which ends with 16 digits. */
  private static String name(Tombstone one) {
    return "%s%016x-d%016x".formatted(prefix(one.hash()), one.version(), one.time());
  }

  private @Nullable CommitRecord named(String path) throws IOException {
    Matcher deleted = DELETED.matcher(path);
    return deleted.find()
        ? new CommitRecord(
            CommitRecord.FORMAT,
            new ObjectHash(deleted.group(1)),
            HexFormat.fromHexDigitsToLong(deleted.group(2)),
            State.DELETED,
            0,
            "",
            HexFormat.fromHexDigitsToLong(deleted.group(3)),
            List.of())
        : read(path);
  }

  private static String path(CommitRecord commit) {
    return directory(commit.hash()) + "/" + prefix(commit) + digest(commit);
  }

  private static String directory(ObjectHash file) {
    return FanOut.directory(ROOT, HexFormat.fromHexDigitsToLong(file.hex(), 0, 3));
  }

  /** The version in a record's name. */
  private static long version(String name) {
    int from = name.indexOf('-') + 1;
    return HexFormat.fromHexDigitsToLong(name, from, name.indexOf('-', from));
  }

  /** Tells records apart that differ in more than their state. */
  private static String digest(CommitRecord commit) {
    StringBuilder text = new StringBuilder();
    text.append(commit.size()).append('\n').append(commit.time()).append('\n');
    commit.parts().forEach(p -> text.append(p.length()).append(':').append(p.id()).append('\n'));
    text.append(commit.name());
    return HexFormat.of().formatHex(VolumeId.digest(text.toString()).array(), 0, Long.BYTES);
  }

  private ByteBuffer encode(CommitRecord commit) {
    byte[] body = json.writeValueAsBytes(commit);
    ByteBuffer b = ByteBuffer.allocate(HEADER_BYTES + body.length).order(ByteOrder.LITTLE_ENDIAN);
    b.putLong(MAGIC).putInt(body.length).putInt(RecordFormat.crc(ByteBuffer.wrap(body)));
    b.put(volume.cluster().duplicate()).put(volume.node().duplicate()).put(body);
    return b.flip();
  }

  /** The record in a file, or null if there is none, or one that is damaged. */
  private @Nullable CommitRecord read(String path) throws IOException {
    try (DiskFile file = disk.openToRead(path)) {
      if (file == null || file.size() < HEADER_BYTES || file.size() > MAX_BYTES) {
        return null;
      }
      ByteBuffer b = ByteBuffer.allocate((int) file.size()).order(ByteOrder.LITTLE_ENDIAN);
      file.read(b, 0);
      b.flip();
      ByteBuffer body = b.slice(HEADER_BYTES, b.limit() - HEADER_BYTES);
      boolean whole =
          b.getLong(0) == MAGIC
              && b.getInt(8) == body.remaining()
              && b.getInt(12) == RecordFormat.crc(body)
              && b.slice(16, VolumeId.BYTES).equals(volume.cluster())
              && b.slice(32, VolumeId.BYTES).equals(volume.node());
      return whole ? parse(path, body) : null;
    }
  }

  private CommitRecord parse(String path, ByteBuffer body) {
    try {
      JsonNode record = json.readTree(StandardCharsets.UTF_8.decode(body).toString());
      int format = record.path("format").asInt(0);
      if (format != CommitRecord.FORMAT) {
        throw unknown(path, "of format " + format, null);
      }
      return json.treeToValue(record, CommitRecord.class);
    } catch (JacksonException e) {
      throw unknown(path, e.getOriginalMessage(), e);
    }
  }

  private static ShardStoreException unknown(String path, String what, @Nullable Throwable cause) {
    return new ShardStoreException(
        NodeError.IO_ERROR,
        "commit record '%s' is whole, but %s, this build knows format %d: start the build that wrote it"
            .formatted(path, what, CommitRecord.FORMAT),
        cause);
  }
}

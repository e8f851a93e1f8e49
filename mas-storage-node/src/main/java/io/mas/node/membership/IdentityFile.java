package io.mas.node.membership;

import io.mas.common.cluster.NodeIdentity;
import io.mas.node.disk.Ballast;
import io.mas.node.disk.Disk;
import io.mas.node.disk.DiskFile;
import io.mas.node.disk.DurableFiles;
import io.mas.node.membership.Volume.Sight;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The identity of a volume, in the file {@value #NAME} of its data directory: the cluster it
 * belongs to, its node id for good, and the number of its starts.
 */
public final class IdentityFile {
  static final String NAME = "identity.json";
  static final int FORMAT = 1;

  /** What may be in a directory that counts as empty: a new file system's folder, and our lock. */
  private static final Set<String> NOTHING =
      Set.of("lost+found", VolumeLock.NAME, DurableFiles.TEMPORARY);

  private static final Pattern NUMBER = Pattern.compile("[0-9]+");
  private static final int MAX_BYTES = 4096;

  private final DurableFiles files;
  private final Disk disk;
  private final RandomGenerator random;
  private final JsonMapper json = JsonMapper.shared();
  private volatile @Nullable Content own;

  /**
   * @param random for a new node id and the boot id; they must not be guessable
   */
  public IdentityFile(DurableFiles files, RandomGenerator random) {
    this.files = files;
    this.disk = files.disk();
    this.random = random;
  }

  /**
   * What the file holds.
   *
   * @param format {@value IdentityFile#FORMAT}
   * @param clusterId the cluster
   * @param nodeId the volume
   * @param counter how often the node has been started
   * @param check CRC32C of the other four, 8 hexadecimal digits
   */
  record Content(int format, String clusterId, String nodeId, long counter, String check) {
    static Content of(String clusterId, String nodeId, long counter) {
      return new Content(FORMAT, clusterId, nodeId, counter, check(clusterId, nodeId, counter));
    }

    private static String check(String clusterId, String nodeId, long counter) {
      CRC32C crc = new CRC32C();
      String text = "%d %s %s %d".formatted(FORMAT, clusterId, nodeId, counter);
      crc.update(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().toHexDigits((int) crc.getValue());
    }

    boolean whole() {
      return check(clusterId, nodeId, counter).equals(check);
    }
  }

  /**
   * Begins a new life of the volume: reads the identity, or makes one in an empty directory, raises
   * the counter, and forces it.
   *
   * @throws NodeStartException if the volume belongs to another cluster, is of another format, is
   *     damaged, cannot be written, or holds data but no identity
   */
  public NodeIdentity begin(String clusterId) {
    try {
      Content before = read();
      requireCluster(before, clusterId);
      String nodeId = before == null ? randomHex(16) : before.nodeId();
      long counter = before == null ? 1 : before.counter() + 1;
      NodeIdentity identity = new NodeIdentity(clusterId, nodeId, counter, randomHex(8));
      Content content = Content.of(clusterId, nodeId, counter);
      write(content);
      own = content;
      return identity;
    } catch (IOException e) {
      throw new NodeStartException(
          "The identity of the volume cannot be read or written: %s.".formatted(e),
          "Look for a full or failing disk, and for the permissions of the data directory.",
          e);
    }
  }

  /**
   * Whether this life's identity is on the disk. Another one says that the directory is another
   * volume, whose shards are not those that were written here; one that is damaged says nothing.
   */
  public Sight look() {
    try (DiskFile file = disk.openPastCache(NAME)) {
      boolean there = file != null && (own == null || parse(text(file)).equals(own));
      return there ? Sight.THERE : Sight.GONE;
    } catch (NodeStartException e) {
      return Sight.THERE;
    } catch (IOException e) {
      return Sight.UNREADABLE;
    }
  }

  private static String text(DiskFile file) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(MAX_BYTES);
    file.read(bytes, 0);
    return StandardCharsets.UTF_8.decode(bytes.flip()).toString();
  }

  private void write(Content content) throws IOException {
    files.prepare();
    byte[] bytes = json.writeValueAsBytes(content);
    new Ballast(files).replace(NAME, file -> file.write(ByteBuffer.wrap(bytes), 0));
  }

  private @Nullable Content read() throws IOException {
    try (DiskFile file = disk.openToRead(NAME)) {
      if (file == null) {
        requireEmpty();
        return null;
      }
      return parse(text(file));
    }
  }

  private void requireEmpty() throws IOException {
    for (String name : disk.list("")) {
      if (!NOTHING.contains(name)) {
        throw notEmpty(name);
      }
    }
    for (String name : disk.list(DurableFiles.TEMPORARY)) {
      String path = DurableFiles.TEMPORARY + "/" + name;
      // Our first start may have crashed with the identity in there, under a number as its name.
      if (!NUMBER.matcher(name).matches()) {
        throw notEmpty(path);
      }
    }
  }

  private static NodeStartException notEmpty(String holds) {
    return new NodeStartException(
        "The data directory has no identity (%s), but it is not empty: it holds '%s'."
            .formatted(NAME, holds),
        "Name an empty directory with mas.node.data, or bring the identity file back; nothing was"
            + " changed.");
  }

  private Content parse(String text) {
    try {
      JsonNode format = json.readTree(text).path("format");
      if (format.isIntegralNumber() && !format.asString().equals("" + FORMAT)) {
        throw new NodeStartException(
            "The data directory is of format %s, this build knows format %d."
                .formatted(format.asString(), FORMAT),
            "Start the version of MAS that wrote it, or a newer one; nothing was changed.");
      }
      Content content = json.readValue(text, Content.class);
      if (content.format() == FORMAT && content.whole()) {
        return content;
      }
      throw damaged(null);
    } catch (JacksonException e) {
      throw damaged(e);
    }
  }

  private static NodeStartException damaged(@Nullable Throwable cause) {
    return new NodeStartException(
        "The identity file (%s) of the data directory is damaged.".formatted(NAME),
        "Bring it back from a backup, or start with an empty directory and let the cluster repair"
            + " the node; nothing was changed.",
        cause);
  }

  private static void requireCluster(@Nullable Content content, String clusterId) {
    if (content != null && !content.clusterId().equals(clusterId)) {
      throw new NodeStartException(
          "The data directory belongs to cluster '%s', this node to cluster '%s'."
              .formatted(content.clusterId(), clusterId),
          "Correct mas.cluster-id or mas.node.data; nothing was changed.");
    }
  }

  private String randomHex(int bytes) {
    byte[] id = new byte[bytes];
    random.nextBytes(id);
    return HexFormat.of().formatHex(id);
  }
}

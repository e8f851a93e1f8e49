package io.mas.node;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Settings of a storage node, {@code mas.node.*}.
 *
 * @param data the data directory: the volume; made if there is none
 * @param clusterId the cluster that the node belongs to, 1 to 64 of 0-9, a-z and -
 * @param bindAddress where the internal API listens
 * @param port of the internal API, 0 for any free one
 * @param address base URI that gateways reach the node by, {@code https} if {@code
 *     server.ssl.bundle} is set; empty: bind address and port
 * @param process name of the process, such as the pod's; empty: the address
 * @param host the machine that the node runs on; shards of a block are spread over hosts
 * @param zone the failure zone that the node runs in; shards of a block are spread over zones
 *     first. Empty is the default too: so a cluster that does not know it gives it
 * @param announceInterval time between two announcements
 * @param reserve free space that puts leave alone, so that deleting and tidying always work
 * @param cachedBlocks rows of block tables in memory, about 120 bytes each
 * @param diskThreads file operations at once, and as many again for repairs
 * @param putMemory bytes of puts in memory at once
 * @param maxReads reads under way at once; one of several blocks counts as two
 */
@ConfigurationProperties("mas.node")
public record StorageNodeProperties(
    @DefaultValue("data") Path data,
    @DefaultValue("mas") String clusterId,
    @DefaultValue("127.0.0.1") String bindAddress,
    @DefaultValue("9101") int port,
    @Nullable URI address,
    @DefaultValue("") String process,
    @DefaultValue("localhost") String host,
    @DefaultValue(DEFAULT_ZONE) String zone,
    @DefaultValue("2s") Duration announceInterval,
    @DefaultValue("256MB") DataSize reserve,
    @DefaultValue("32768") int cachedBlocks,
    @DefaultValue("16") int diskThreads,
    @DefaultValue("64MB") DataSize putMemory,
    @DefaultValue("128") int maxReads) {

  private static final String DEFAULT_ZONE = "default";

  public StorageNodeProperties {
    zone = zone.isEmpty() ? DEFAULT_ZONE : zone;
    if (announceInterval.toMillis() < 1 || diskThreads < 1) {
      throw new IllegalArgumentException(
          "mas.node.announce-interval %s and disk-threads %d, expected 1 ms and 1 or more"
              .formatted(announceInterval, diskThreads));
    }
  }

  /**
   * A node inside another process, on any free port of the loopback interface, with small pools;
   * the rest is as by default.
   *
   * @param host the machine that the node pretends to be on
   */
  public static StorageNodeProperties embedded(Path data, String clusterId, String host) {
    return new StorageNodeProperties(
        data,
        clusterId,
        "127.0.0.1",
        0,
        null,
        host,
        host,
        DEFAULT_ZONE,
        Duration.ofSeconds(2),
        DataSize.ofMegabytes(256),
        8192,
        8,
        DataSize.ofMegabytes(16),
        32);
  }
}

package io.mas.common.protocol;

import io.mas.common.object.ShardKey;
import java.util.HexFormat;

/**
 * Paths and headers of the storage node's internal API.
 *
 * <pre>
 * GET    /internal/v1/identity                                        NodeAnnouncement as JSON
 * PUT    /internal/v1/shards/{part}/{ordinal}/{shard}/{attempt}       ShardFrames; 204 = all forced
 *          ?hash=&amp;k=&amp;m=&amp;block-size=&amp;codec=
 * GET    /internal/v1/shards/{part}/{ordinal}/{shard}/{attempt}       ShardFrames, one for each block
 *          ?from=&amp;count=
 * DELETE /internal/v1/shards/{part}/{ordinal}/{shard}/{attempt}       204, also when there is none
 * POST   /internal/v1/shards/{part}/{ordinal}/{shard}/{attempt}/verify
 * GET    /internal/v1/inventory?cursor=&amp;limit=
 * PUT    /internal/v1/commits/{hash}/{version}                        CommitRecord as JSON; 204 = forced
 * GET    /internal/v1/commits?cursor=&amp;limit=
 * </pre>
 *
 * <p>Every request carries {@link #PROTOCOL}, {@link #CLUSTER}, {@link #NODE} and {@link #COUNTER},
 * but {@code identity}, which needs {@link #PROTOCOL} only. Every refusal carries {@link #ERROR}
 * with the name of a {@link NodeError}, and a text for a person as {@code text/plain}.
 */
public final class InternalApi {
  /** The version of this protocol that this build speaks. */
  public static final int VERSION = 1;

  /** Request header: the version of the protocol that the caller speaks. */
  public static final String PROTOCOL = "Mas-Protocol";

  /** Request header: the cluster that the caller belongs to. */
  public static final String CLUSTER = "Mas-Cluster";

  /** Request header: the node that the caller means. */
  public static final String NODE = "Mas-Node";

  /** Request header: the node's identity counter that the caller knows. */
  public static final String COUNTER = "Mas-Counter";

  /** Response header of a refusal: the name of a {@link NodeError}. */
  public static final String ERROR = "Mas-Error";

  public static final String IDENTITY_PATH = "/internal/v1/identity";
  public static final String SHARDS_PATH = "/internal/v1/shards";
  public static final String INVENTORY_PATH = "/internal/v1/inventory";
  public static final String COMMITS_PATH = "/internal/v1/commits";

  private InternalApi() {}

  /** The path of one copy of a shard column; the attempt is 16 hexadecimal digits. */
  public static String shardPath(ShardKey key) {
    return "%s/%s/%d/%d/%s"
        .formatted(
            SHARDS_PATH,
            key.extent().part(),
            key.extent().ordinal(),
            key.shard(),
            HexFormat.of().toHexDigits(key.attempt()));
  }
}

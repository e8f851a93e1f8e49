package io.mas.common.protocol;

import io.mas.common.object.Layout;
import io.mas.common.object.ShardKey;
import java.time.Duration;
import java.util.HexFormat;

/**
 * Paths, headers and signatures of the storage node's internal API.
 *
 * <pre>
 * GET    /internal/v1/identity                                        NodeAnnouncement as JSON
 * PUT    /internal/v1/shards/{part}/{ordinal}/{shard}/{attempt}       ShardFrames; 204 = all forced
 *          ?hash=&amp;k=&amp;m=&amp;block-size=&amp;codec=
 * GET    /internal/v1/shards/{part}/{ordinal}/{shard}/{attempt}       ShardFrames, one for each block
 *          ?from=&amp;count=[&amp;priority=background]
 * DELETE /internal/v1/shards/{part}/{ordinal}/{shard}/{attempt}       204, also when there is none
 * POST   /internal/v1/shards/{part}/{ordinal}/{shard}/{attempt}/verify
 * GET    /internal/v1/inventory?cursor=&amp;limit=
 * PUT    /internal/v1/commits/{hash}/{version}                        CommitRecord as JSON; 204 = forced
 * GET    /internal/v1/commits?cursor=&amp;limit=
 * GET    /internal/v1/commits/{hash}?above=                           CommitSummary of each newer record
 * </pre>
 *
 * <p>Every request carries {@link #PROTOCOL}, {@link #CLUSTER}, {@link #NODE} and {@link #COUNTER};
 * {@code identity} comes without the latter two, which the caller does not know yet. Every refusal
 * carries {@link #ERROR} with the name of a {@link NodeError}, and a text for a person as {@code
 * text/plain}.
 *
 * <h2>Signatures</h2>
 *
 * Every request is signed, {@code identity} too: it carries {@link #KEY}, {@link #TIME}, {@link
 * #NONCE}, {@link #BODY_CRC} and {@link #SIGNATURE}, which is the HMAC-SHA-256 of these lines in
 * UTF-8, with one line feed between each two and none at the end. A header that is not there is an
 * empty line.
 *
 * <pre>
 * MAS-HMAC-SHA256 request
 * method
 * path and query, byte for byte as in the request line
 * Mas-Protocol
 * Mas-Cluster
 * Mas-Node
 * Mas-Counter
 * Content-Length, 0 without one
 * Mas-Body-Crc
 * Mas-Time
 * Mas-Nonce
 * </pre>
 *
 * <p>A node refuses with 401 what it cannot verify: {@link NodeError#UNAUTHENTICATED}, or {@link
 * NodeError#CLOCK_SKEW} if only the time is more than {@link #MAX_SKEW} from the node's. It takes
 * no request twice, and it compares the body with its CRC32C before it stores any of it. The
 * refusal of a request with a nonce carries {@link #TIME}, {@link #KEY} and {@link #SIGNATURE} of
 * the node, the HMAC-SHA-256 of
 *
 * <pre>
 * MAS-HMAC-SHA256 time
 * Mas-Time of the answer
 * Mas-Nonce of the request
 * </pre>
 *
 * by the key that the request names, or the node's first if it has no such key. Nothing else of an
 * answer is signed: bodies are protected by their checksums alone, against accidents but not
 * against somebody on the path, who is kept out by TLS.
 *
 * <p>Every later version of the protocol keeps these elements and their order, so that a version
 * that is not known is told from a forgery.
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

  /** Header: the id of the key that signed, see {@link InternalKey#id}. */
  public static final String KEY = "Mas-Key";

  /** Header: when it was signed, Unix milliseconds. */
  public static final String TIME = "Mas-Time";

  /** Request header: 64 random bits as 16 hexadecimal digits, other ones for each try. */
  public static final String NONCE = "Mas-Nonce";

  /** Request header: CRC32C of the body as 8 hexadecimal digits, zeros without a body. */
  public static final String BODY_CRC = "Mas-Body-Crc";

  /** Header: the signature. */
  public static final String SIGNATURE = "Mas-Signature";

  /** How far a request's time may be from the node's, either way. */
  public static final Duration MAX_SKEW = Duration.ofSeconds(60);

  /** Response header of a refusal: the name of a {@link NodeError}. */
  public static final String ERROR = "Mas-Error";

  /** Query parameter of a GET of shards; without it {@link Priority#NORMAL}. */
  public static final String PRIORITY = "priority";

  /** Its value for {@link Priority#BACKGROUND}. */
  public static final String BACKGROUND = "background";

  public static final String IDENTITY_PATH = "/internal/v1/identity";
  public static final String SHARDS_PATH = "/internal/v1/shards";
  public static final String INVENTORY_PATH = "/internal/v1/inventory";
  public static final String COMMITS_PATH = "/internal/v1/commits";

  /** Blocks of one PUT of shards. */
  public static final int MAX_PUT_BLOCKS = 16;

  /** Payload bytes of one PUT of shards; one block of every layout fits. */
  public static final int MAX_PUT_BYTES = 16 << 20;

  /**
   * Payload bytes of one GET of shards that a node keeps in memory; of more it reads twice what
   * does not fit: first to see whether it is whole, then to send it.
   */
  public static final int READ_AT_ONCE_BYTES = 1 << 20;

  private InternalApi() {}

  /** How many blocks of a layout one PUT may have, however badly they compress. */
  public static int blocksOfPut(Layout layout) {
    return Math.min(MAX_PUT_BLOCKS, MAX_PUT_BYTES / layout.shardLength(layout.blockSize()));
  }

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

/**
 * What a node keeps: shards and commit records, behind the seam {@link
 * io.mas.node.shard.ShardStore}. Nothing is acknowledged before it is forced, and nothing is given
 * out before its checksum was compared. Imports {@code io.mas.common} and {@code io.mas.node.disk}.
 *
 * <h2>Files</h2>
 *
 * <pre>
 * sequence                                         last forced sequence number, and the reserved one
 * shards/aa/bb/{part}-{ordinal}-{shard}-{attempt}  one shard column; aa, bb: 64 x 64, of the part id
 * commits/aa/bb/{hash}-{version}-{digest}          one commit record; aa, bb: 64 x 64, of the hash
 * tmp/                                             files that have no name yet; emptied at start
 * </pre>
 *
 * 64 x 64 directories hold 10 million columns with 2,500 files each; deeper, and nearly every small
 * file would pay for a directory of its own with one more force.
 *
 * <h2>Shard record</h2>
 *
 * A column is a list of records, each a header of 160 bytes and its payload; all numbers are
 * little-endian. The highest sequence number of a block wins.
 *
 * <pre>
 *   0  magic 89 4d 41 53 52 0d 0a 1a      8  format version (2)   10  zero (2)   12  block number (4)
 *  16  cluster: first 16 bytes of the SHA-256 of the cluster id (UTF-8)
 *  32  node: the same of the node id
 *  48  sequence number (8)               56  file hash (32)
 *  88  part id (16)                     104  extent ordinal (4)
 * 108  shard index (1)  109  k (1)      110  m (1)  111  codec (1)
 * 112  attempt (8)                      120  block size (4)     124  raw length (4)
 * 128  stored length (4)                132  CRC32C of the raw block (4)
 * 136  payload length (4)               140  CRC32C of the payload (4)
 * 144  compression (1)                  145  zero (11)
 * 156  CRC32C of bytes 0 to 155 (4)
 * </pre>
 *
 * Every later format keeps magic, version, cluster, node and the checksum at 156 where they are, so
 * that a format that is not known is told from damage: it is refused, never repaired over. A file
 * that a client made up cannot pass for a record, for nobody outside knows the node's id, the
 * part's and the attempt's.
 */
@NullMarked
package io.mas.node.shard;

import org.jspecify.annotations.NullMarked;

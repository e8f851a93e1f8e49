/**
 * Blocks: raw bytes to checked, compressed, coded shards and back, in pooled off-heap memory. What
 * comes out of {@link io.mas.api.block.BlockCodec#decode} has passed the CRC32C of the raw block.
 * May import {@code erasure} and the words of {@code mas-common}.
 */
@NullMarked
package io.mas.api.block;

import org.jspecify.annotations.NullMarked;

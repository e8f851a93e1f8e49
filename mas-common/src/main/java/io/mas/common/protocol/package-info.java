/**
 * The internal protocol between gateway and storage node: paths, headers, signatures, the binary
 * frame of a shard, and the commit record. It is versioned; a version that is not known is refused,
 * never guessed. Imports {@code object} and {@code cluster}.
 */
@NullMarked
package io.mas.common.protocol;

import org.jspecify.annotations.NullMarked;

/**
 * The values that describe stored content: hash, part, extent, layout, block, shard. Each refuses
 * nonsense in its constructor and never changes. Imports nothing of MAS.
 */
@NullMarked
package io.mas.common.object;

import org.jspecify.annotations.NullMarked;

/** The contract of the store, which every implementation runs, and tests of this one's format. */
@NullMarked
package io.mas.node.shard;

import org.jspecify.annotations.NullMarked;

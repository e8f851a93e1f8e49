/**
 * Makes extents whole again: rebuilds shards that are missing or damaged, and spreads those that
 * had to share nodes (design.md, section 7). It never lowers the redundancy of a block, publishes
 * only what it made from verified shards, and what it did not publish nobody ever names. May import
 * {@code object} for reading, {@code metadata}, {@code nodes}, {@code block} and the words of
 * {@code mas-common}.
 */
@NullMarked
package io.mas.api.repair;

import org.jspecify.annotations.NullMarked;

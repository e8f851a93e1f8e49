/**
 * A storage node: its settings, its wiring, and its two ways to start, as a process and inside
 * another one. Knows every room; no room knows it.
 */
@NullMarked
package io.mas.node;

import org.jspecify.annotations.NullMarked;

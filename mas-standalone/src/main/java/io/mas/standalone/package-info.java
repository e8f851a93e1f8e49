/**
 * The whole store in one process: a gateway and its storage nodes, which speak real HTTP to each
 * other over loopback, on the embedded seams. What it has acknowledged is there again at the next
 * start from the same data directory. May import everything.
 */
@NullMarked
package io.mas.standalone;

import org.jspecify.annotations.NullMarked;

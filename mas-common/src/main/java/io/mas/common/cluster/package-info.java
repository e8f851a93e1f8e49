/**
 * Who the storage nodes are and how they find each other: identity, announcement, and the discovery
 * seam with its in-process implementation. A node is known by its identity, never by its address.
 * Imports nothing of MAS.
 */
@NullMarked
package io.mas.common.cluster;

import org.jspecify.annotations.NullMarked;

/**
 * The gateway's side of the storage nodes: the view of who lives, placement, and the client of
 * their internal API. Silence is never death, and a node is spoken to only under the identity that
 * was accepted last. May import {@code metadata} and the words of {@code mas-common}.
 */
@NullMarked
package io.mas.api.nodes;

import org.jspecify.annotations.NullMarked;

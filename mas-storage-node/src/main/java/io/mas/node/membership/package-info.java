/**
 * Who this node is, and how it says so: the identity of the volume, the lock that keeps a second
 * process away, and the announcements. A volume is never formatted over data, and never served in
 * two lives at once. Imports {@code io.mas.common} and {@code io.mas.node.disk}.
 */
@NullMarked
package io.mas.node.membership;

import org.jspecify.annotations.NullMarked;

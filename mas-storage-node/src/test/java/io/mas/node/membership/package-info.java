/** Tests of identity, lock and announcements. */
@NullMarked
package io.mas.node.membership;

import org.jspecify.annotations.NullMarked;

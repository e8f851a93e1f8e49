/**
 * {@code ./mas dev}: a whole cluster of processes on this machine, as a user meets it. Knows the
 * cluster and the options.
 */
@NullMarked
package io.mas.dev;

import org.jspecify.annotations.NullMarked;

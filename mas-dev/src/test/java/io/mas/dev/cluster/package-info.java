/** The parts of a cluster that need no cluster; the whole is tested in mas-standalone. */
@NullMarked
package io.mas.dev.cluster;

import org.jspecify.annotations.NullMarked;

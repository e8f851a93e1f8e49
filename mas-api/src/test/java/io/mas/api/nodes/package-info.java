/** Tests of the nodes room, and the simulated nodes that the rooms above are tested on. */
@NullMarked
package io.mas.api.nodes;

import org.jspecify.annotations.NullMarked;

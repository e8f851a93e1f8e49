/** Tests of the disk room, and the disk with faults that the other rooms' tests use. */
@NullMarked
package io.mas.node.disk;

import org.jspecify.annotations.NullMarked;

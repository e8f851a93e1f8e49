/** Tests of the object room on simulated nodes: written, read, deleted, collected, under faults. */
@NullMarked
package io.mas.api.object;

import org.jspecify.annotations.NullMarked;

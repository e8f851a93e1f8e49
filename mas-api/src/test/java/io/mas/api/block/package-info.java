/** Tests of the block room: memory accounted for exactly, every loss rebuilt, every flip caught. */
@NullMarked
package io.mas.api.block;

import org.jspecify.annotations.NullMarked;

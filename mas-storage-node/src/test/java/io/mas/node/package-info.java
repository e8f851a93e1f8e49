/** Tests of the whole node over HTTP, and of the architecture. */
@NullMarked
package io.mas.node;

import org.jspecify.annotations.NullMarked;

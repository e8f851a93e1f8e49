/** Tests of the collection at scale, on simulated nodes and real embedded metadata. */
@NullMarked
package io.mas.api.garbage;

import org.jspecify.annotations.NullMarked;

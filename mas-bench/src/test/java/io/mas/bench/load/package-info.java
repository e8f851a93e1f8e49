/** Tests of the load driver: its arithmetic, and a run against a real store. */
@NullMarked
package io.mas.bench.load;

import org.jspecify.annotations.NullMarked;

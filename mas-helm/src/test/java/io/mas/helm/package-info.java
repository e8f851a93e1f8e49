/** Tests of the chart: what it renders, and what its schema refuses. */
@NullMarked
package io.mas.helm;

import org.jspecify.annotations.NullMarked;

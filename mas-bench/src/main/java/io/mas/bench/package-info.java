/**
 * JMH benchmarks of the stages that cost CPU on the data path: coding, hashing, compression. They
 * compile in every build and run on demand (README.md of this module); nothing imports this
 * package, and it may import every room that it measures.
 */
@NullMarked
package io.mas.bench;

import org.jspecify.annotations.NullMarked;

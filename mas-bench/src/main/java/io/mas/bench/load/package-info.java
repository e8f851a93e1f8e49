/**
 * The load driver: clients with one kept connection each, which upload and download files that are
 * made from seeds, and compare every byte. What is measured lies in a window of its own: nothing is
 * hashed, seeded or read back within it. Imports nothing of MAS but the sample data beside it, so
 * that it measures any store by its contract.
 */
@NullMarked
package io.mas.bench.load;

import org.jspecify.annotations.NullMarked;

/**
 * The one way to the volume: a small seam over files, and the one method that replaces a file
 * durably. A force that failed is never tried again. Imports nothing of MAS.
 */
@NullMarked
package io.mas.node.disk;

import org.jspecify.annotations.NullMarked;

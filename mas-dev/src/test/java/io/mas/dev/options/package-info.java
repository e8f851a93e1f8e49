/** What options and data directories are refused, and why. */
@NullMarked
package io.mas.dev.options;

import org.jspecify.annotations.NullMarked;

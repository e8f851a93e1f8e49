/**
 * What {@code ./mas up} and {@code ./mas dev} have in common: their options, and the data directory
 * that belongs to one command and one process of it at a time. Imports the words of mas-common.
 */
@NullMarked
package io.mas.dev.options;

import org.jspecify.annotations.NullMarked;

/**
 * {@code ./mas status} and {@code ./mas file}: what an operator asks a running store over its API,
 * told to a person or a script. Says nothing that the store did not say, and starts fast. Knows the
 * options.
 */
@NullMarked
package io.mas.dev.operator;

import org.jspecify.annotations.NullMarked;

/**
 * The one catalogue of errors: a stable code, its HTTP status, and the exception that carries it.
 * Every failure that a client may see is a {@link io.mas.common.error.MasException} with a code of
 * {@code api-v1.md}. Imports nothing of MAS.
 */
@NullMarked
package io.mas.common.error;

import org.jspecify.annotations.NullMarked;

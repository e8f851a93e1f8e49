/**
 * {@code mas secrets}, {@code mas check-scale} and {@code mas try}: what the hooks of the chart run
 * in Kubernetes, beside the store. Changes nothing that is there, and never prints a secret. Knows
 * the operator's questions and the options.
 */
@NullMarked
package io.mas.dev.install;

import org.jspecify.annotations.NullMarked;

/**
 * Tests of the repair on simulated nodes: every kind of harm, deaths, races, and each rule left
 * out.
 */
@NullMarked
package io.mas.api.repair;

import org.jspecify.annotations.NullMarked;

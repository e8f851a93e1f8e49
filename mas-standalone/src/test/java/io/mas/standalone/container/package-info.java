/**
 * The images of {@code docker/} as containers: the cluster of {@code docker/compose.yaml} on a
 * Docker engine, with stand-ins for the base image and the servers where no registry is. Knows the
 * store as its users do, by its public API and its management ports.
 */
@NullMarked
package io.mas.standalone.container;

import org.jspecify.annotations.NullMarked;

/**
 * A whole cluster on this machine: gateways, a repair worker, storage nodes, and the servers that
 * they need, each a process of its own that is started, stopped, killed and suspended by its pid.
 * Knows the services by their settings alone, and imports none of their classes.
 */
@NullMarked
package io.mas.dev.cluster;

import org.jspecify.annotations.NullMarked;

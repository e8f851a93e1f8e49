/**
 * Discovery over RabbitMQ: the production implementation of the seam of mas-common.cluster, shared
 * by gateways and storage nodes. Losing the broker is never evidence of anything. Imports {@code
 * io.mas.common} only.
 */
@NullMarked
package io.mas.rabbitmq;

import org.jspecify.annotations.NullMarked;

/**
 * The node's internal HTTP API, as {@link io.mas.common.protocol.InternalApi} describes it. No
 * request reaches the store before its signature was verified and its protocol, cluster, node and
 * life were compared, and no body is in memory beyond one bounded put or one block. Imports {@code
 * shard}, {@code membership} and {@code io.mas.common}.
 */
@NullMarked
package io.mas.node.web;

import org.jspecify.annotations.NullMarked;

package io.mas.api.nodes;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of placement.
 *
 * @param minNodeFailures how many nodes must be able to fail without loss, at least; a write that
 *     cannot be placed so is refused (5701). 0 allows a single-node installation
 */
@ConfigurationProperties("mas.placement")
public record PlacementProperties(@DefaultValue("1") int minNodeFailures) {}

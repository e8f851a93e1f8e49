package io.mas.node.membership;

import java.net.URI;

/**
 * Where a node is.
 *
 * @param address base URI of its internal API
 * @param process the configured name of the process
 * @param host the machine
 * @param zone the failure zone
 */
public record Place(URI address, String process, String host, String zone) {}

package io.mas.api.nodes;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of the view of the nodes and of the client that speaks to them. A node that has died
 * gets no new shards after {@code silentAfter + probeEvery + probeTimeout} at most: 4 s by default.
 *
 * @param silentAfter a node that has announced nothing for so long is probed directly; a little
 *     more than its announcements are apart
 * @param probeEvery how often silent and suspect nodes are probed
 * @param probeTimeout how long a probe may take
 * @param connectTimeout how long opening a connection may take
 * @param requestTimeout how long a request to a node may wait for a connection, and how long it may
 *     take then, with a second more for each MiB sent
 * @param connectionsPerNode the most connections to one node, besides those for probes; a request
 *     that gets none within the request time-out fails, and says nothing of the node
 * @param sslBundle the bundle of {@code spring.ssl.bundle} that connections to {@code https} nodes
 *     trust and identify themselves by; empty: what the platform trusts, and no certificate
 */
@ConfigurationProperties("mas.nodes")
public record NodesProperties(
    @DefaultValue("2500ms") Duration silentAfter,
    @DefaultValue("500ms") Duration probeEvery,
    @DefaultValue("1s") Duration probeTimeout,
    @DefaultValue("1s") Duration connectTimeout,
    @DefaultValue("10s") Duration requestTimeout,
    @DefaultValue("128") int connectionsPerNode,
    @DefaultValue("") String sslBundle) {}

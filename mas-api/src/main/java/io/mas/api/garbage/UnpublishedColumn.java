package io.mas.api.garbage;

import io.mas.api.nodes.Member;
import io.mas.common.object.ShardKey;

/** A column on a node whose extent has a document, which names another copy of this shard. */
record UnpublishedColumn(Member node, ShardKey key) {}

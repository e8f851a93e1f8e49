package io.mas.api.garbage;

import io.mas.api.nodes.Member;
import io.mas.common.object.Layout;
import io.mas.common.object.ObjectHash;
import io.mas.common.object.ShardKey;

/** A column on a node whose extent has no document; what its records say of it. */
record UnknownColumn(Member node, ShardKey key, ObjectHash hash, Layout layout) {}

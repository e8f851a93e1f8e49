package io.mas.api.garbage;

import io.mas.common.object.ObjectHash;
import io.mas.common.object.PartId;

/** A part with extent documents that nothing refers to. */
record UnnamedPart(ObjectHash hash, PartId part) {}

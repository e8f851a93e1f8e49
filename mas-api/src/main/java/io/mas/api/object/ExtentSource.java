package io.mas.api.object;

import io.mas.api.metadata.ExtentDocument;
import io.mas.common.object.PartId;

/** Where a reader finds the extents of a part. */
interface ExtentSource {

  /**
   * The extent that holds the byte at {@code offset} of a part.
   *
   * @throws io.mas.common.error.MasException TOO_FEW_SHARDS if there is none
   */
  ExtentDocument at(PartId part, long offset);

  /**
   * Reads an extent again that proved stale.
   *
   * @return the document as it is now; the same if nothing has changed
   */
  ExtentDocument again(ExtentDocument stale);
}

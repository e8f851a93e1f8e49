package io.mas.api.object;

import io.mas.api.metadata.Concern;
import io.mas.api.metadata.ExtentDocument;
import io.mas.api.metadata.FileDocument;
import io.mas.api.metadata.MetadataStore;
import io.mas.api.nodes.Fanout;
import io.mas.api.nodes.Member;
import io.mas.api.nodes.NodeException;
import io.mas.api.nodes.Nodes;
import io.mas.common.object.PartId;
import io.mas.common.protocol.CommitRecord;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the commit records of a live file anew that were lost with a node, so that there are as
 * many as before. The records lie on the nodes of the first extent, where there was room: so
 * whoever moves a column of that one says so here. Thread-safe.
 */
public final class RecordKeeper {
  private static final Logger LOG = LoggerFactory.getLogger(RecordKeeper.class);

  private final MetadataStore metadata;
  private final Nodes nodes;
  private final CommitRecords records;

  /**
   * @param copies on how many nodes a record is: m + 1
   */
  public RecordKeeper(MetadataStore metadata, Nodes nodes, int copies) {
    this.metadata = metadata;
    this.nodes = nodes;
    this.records = new CommitRecords(metadata, nodes, copies);
  }

  /** A column of this extent has moved. What cannot be done now is left, for it is only a net. */
  public void moved(ExtentDocument extent) {
    if (extent.id().ordinal() == 0) {
      try {
        metadata
            .file(extent.hash(), Concern.MAJORITY)
            .filter(file -> file.live() && first(file).equals(Optional.of(extent.id().part())))
            .ifPresent(file -> complete(file, extent));
      } catch (RuntimeException e) {
        LOG.warn("commit records of {} are not looked at: {}", extent.hash(), e.toString());
      }
    }
  }

  private static Optional<PartId> first(FileDocument file) {
    return file.parts().stream().map(FileDocument.Part::id).findFirst();
  }

  private void complete(FileDocument file, ExtentDocument extent) {
    Set<String> have = ConcurrentHashMap.newKeySet();
    long silent =
        Fanout.each(nodes.view().serving(), node -> ask(node, file, have)).stream()
            .filter(Optional::isPresent)
            .count();
    LOG.debug("{}: {} records, {} nodes said nothing", file.hash(), have.size(), silent);
    records.complete(
        file,
        have,
        extent.shards().stream().map(ExtentDocument.Shard::node).collect(Collectors.toSet()));
  }

  private void ask(Member node, FileDocument file, Set<String> have) throws NodeException {
    boolean has =
        nodes.client().commits(node, file.hash(), file.version() - 1).rows().stream()
            .anyMatch(
                row ->
                    row.version() == file.version() && row.state() == CommitRecord.State.COMMITTED);
    if (has) {
      have.add(node.id());
    }
  }
}

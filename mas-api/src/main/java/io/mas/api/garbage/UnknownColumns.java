package io.mas.api.garbage;

import io.mas.api.metadata.ExtentDocument;
import io.mas.api.metadata.MetadataStore;
import io.mas.api.metadata.WriteOutcome;
import io.mas.api.nodes.NodeException;
import io.mas.api.nodes.Nodes;
import io.mas.api.object.Collector;
import io.mas.api.object.CrashPoint;
import io.mas.api.object.ObjectRoom;
import io.mas.common.object.ExtentId;
import io.mas.common.object.ObjectHash;
import io.mas.common.object.PartId;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes columns whose extent has no document. It puts a document in that place first, marked from
 * its birth, so that the writer of the extent, if it lives after all, can never publish it: extent
 * documents are inserted, never upserted. From then on the part is like any other, and goes by the
 * {@link Collector}. Thread-safe.
 */
final class UnknownColumns {
  private static final Logger LOG = LoggerFactory.getLogger(UnknownColumns.class);

  private final MetadataStore metadata;
  private final Nodes nodes;
  private final ObjectRoom objects;
  private final References references;
  private final Set<GarbageRule> rules;

  UnknownColumns(
      MetadataStore metadata,
      Nodes nodes,
      ObjectRoom objects,
      References references,
      Set<GarbageRule> rules) {
    this.metadata = metadata;
    this.nodes = nodes;
    this.objects = objects;
    this.references = references;
    this.rules = rules;
  }

  /**
   * Deletes columns of one extent.
   *
   * @return how many are deleted
   */
  int delete(ExtentId extent, List<UnknownColumn> found) {
    UnknownColumn first = found.getFirst();
    List<UnknownColumn> alike =
        found.stream()
            .filter(one -> one.hash().equals(first.hash()) && one.layout().equals(first.layout()))
            .toList();
    if (references.needed(first.hash()).contains(extent.part())) {
      LOG.error(
          "extent {} of {} has no document, though something refers to its part: nothing of it is deleted",
          extent,
          first.hash());
      return 0;
    }
    return rules.contains(GarbageRule.SEIZE)
        ? seize(extent, first.hash(), alike)
        : deleteUnseized(extent.part(), first.hash(), alike);
  }

  private int seize(ExtentId extent, ObjectHash hash, List<UnknownColumn> found) {
    List<UnknownColumn> named = onePerShard(found);
    ExtentDocument document = document(extent, hash, named);
    if (metadata.insertExtent(document) != WriteOutcome.APPLIED) {
      return 0; // its writer lives, or another sweep was first: the next one sees
    }
    CrashPoint.reached("garbage.seized");
    if (objects.collector().collect(hash, Set.of(extent.part())) instanceof Collector.Done) {
      return named.size();
    }
    objects.parts().leaveToCollect(hash, List.of(extent.part()));
    return 0;
  }

  /** Of several attempts at a shard one is named; the next sweep finds the others. */
  private static List<UnknownColumn> onePerShard(List<UnknownColumn> found) {
    List<UnknownColumn> named = new ArrayList<>();
    for (UnknownColumn one : found) {
      if (named.stream().noneMatch(other -> other.key().shard() == one.key().shard())) {
        named.add(one);
      }
    }
    return named;
  }

  /** Names the columns that were found, and in the place of others copies that do not exist. */
  private static ExtentDocument document(
      ExtentId extent, ObjectHash hash, List<UnknownColumn> named) {
    UnknownColumn first = named.getFirst();
    ExtentDocument.Shard nothing = shard(first);
    List<ExtentDocument.Shard> shards = new ArrayList<>();
    for (int i = 0; i < first.layout().width(); i++) {
      int index = i;
      shards.add(
          named.stream()
              .filter(one -> one.key().shard() == index)
              .map(UnknownColumns::shard)
              .findFirst()
              .orElse(nothing));
    }
    return ExtentDocument.seized(extent, hash, first.layout(), shards);
  }

  private static ExtentDocument.Shard shard(UnknownColumn column) {
    return new ExtentDocument.Shard(column.node().id(), column.key().attempt());
  }

  /** The rule left out: the writer may publish what is being deleted. */
  private int deleteUnseized(PartId part, ObjectHash hash, List<UnknownColumn> found) {
    if (!(objects.collector().collect(hash, Set.of(part)) instanceof Collector.Done)) {
      return 0;
    }
    int deleted = 0;
    for (UnknownColumn one : found) {
      try {
        nodes.client().delete(one.node(), one.key());
        deleted++;
      } catch (NodeException e) {
        nodes.view().failed(one.node(), e);
      }
    }
    return deleted;
  }
}

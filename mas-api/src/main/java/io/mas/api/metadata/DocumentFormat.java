package io.mas.api.metadata;

import io.mas.api.metadata.NodeDocument.Suspicion;
import io.mas.common.cluster.NodeAnnouncement;
import io.mas.common.cluster.NodeIdentity;
import io.mas.common.cluster.NodeState;
import io.mas.common.object.ExtentId;
import io.mas.common.object.Layout;
import io.mas.common.object.ObjectHash;
import io.mas.common.object.PartId;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The stored form of every document, the same in each database: a map of fields whose values are
 * integers, strings, booleans, byte arrays, and lists of maps of these. The first field, {@value
 * #FORMAT_FIELD}, is the format number; an unknown one is refused, so raise {@link #FORMAT} with
 * each change that an older version would misread.
 */
final class DocumentFormat {
  static final String FORMAT_FIELD = "v";
  static final int FORMAT = 1;

  // Only extents that lack something have these, so that an index of them is as long as the work.
  static final String REDUNDANCY = "redundancy";
  static final String NEXT_TRY = "next_try";

  private DocumentFormat() {}

  static Map<String, Object> fields(FileDocument file) {
    Map<String, Object> out = start(file.hash());
    out.put("version", file.version());
    out.put("state", name(file.state()));
    out.put("size", file.size());
    out.put("name", file.name());
    out.put("time", file.time());
    out.put("parts", PackedTables.parts(file.parts()));
    return out;
  }

  static FileDocument file(Object name, Map<?, ?> values) {
    return Fields.read(
        name,
        values,
        in ->
            new FileDocument(
                hash(in),
                in.number("version"),
                in.constant("state", FileDocument.State.class),
                in.number("size"),
                in.text("name"),
                in.number("time"),
                PackedTables.parts(in.bytes("parts"))));
  }

  static Map<String, Object> fields(ExtentDocument extent) {
    Map<String, Object> out = start(extent.hash());
    out.put("part", PackedTables.ids(List.of(extent.id().part())));
    out.put("ordinal", extent.id().ordinal());
    out.put("offset", extent.offset());
    out.put("version", extent.version());
    out.putAll(fields(extent.layout()));
    out.put(
        "shards",
        extent.shards().stream()
            .map(shard -> Map.of("node", shard.node(), "attempt", shard.attempt()))
            .toList());
    out.put("blocks", PackedTables.blocks(extent.blocks()));
    out.put(
        "missing",
        extent.missing().stream()
            .map(one -> Map.of("shard", one.shard(), "block", one.block()))
            .toList());
    out.put("below_ideal", extent.belowIdeal());
    out.put("marked", extent.marked());
    if (extent.fence() > 0) {
      out.put("fence", extent.fence());
    }
    if (extent.lacking()) {
      out.put(REDUNDANCY, extent.redundancy());
      out.put(NEXT_TRY, extent.turn().next());
      out.put("lacking_since", extent.turn().since());
      out.put("tries", extent.turn().tries());
    }
    return out;
  }

  static ExtentDocument extent(Object name, Map<?, ?> values) {
    return Fields.read(
        name,
        values,
        in ->
            new ExtentDocument(
                new ExtentId(part(in), in.integer("ordinal")),
                hash(in),
                in.number("offset"),
                layout(in),
                in.number("version"),
                in.list(
                    "shards",
                    row -> new ExtentDocument.Shard(row.text("node"), row.number("attempt"))),
                PackedTables.blocks(in.bytes("blocks")),
                Set.copyOf(
                    in.list(
                        "missing",
                        row ->
                            new ExtentDocument.Missing(
                                row.integer("shard"), row.integer("block")))),
                in.flag("below_ideal"),
                in.flag("marked"),
                in.has(NEXT_TRY)
                    ? new ExtentDocument.Turn(
                        in.number("lacking_since"), in.number(NEXT_TRY), in.integer("tries"))
                    : ExtentDocument.Turn.NONE,
                in.has("fence") ? in.number("fence") : 0));
  }

  private static Map<String, Object> fields(Layout layout) {
    Map<String, Object> out = start();
    out.put("k", layout.k());
    out.put("m", layout.m());
    out.put("block_size", layout.blockSize());
    out.put("codec", layout.codec());
    return out;
  }

  private static Layout layout(Fields in) {
    return new Layout(
        in.integer("k"), in.integer("m"), in.integer("block_size"), in.integer("codec"));
  }

  static Map<String, Object> fields(UploadDocument upload) {
    Map<String, Object> out = start(upload.id().hash());
    out.put("session", upload.id().session());
    out.put("version", upload.version());
    out.put("generation", upload.generation());
    out.put("state", name(upload.state()));
    out.put("name", upload.name());
    out.put("size", upload.size());
    out.put("chunks", upload.chunks());
    out.put("time", upload.time());
    out.put("expires", upload.expires());
    out.put("replaceable", upload.replaceable());
    UploadDocument.Lease lease = upload.lease();
    if (lease != null) {
      out.put("lease_owner", lease.owner());
      out.put("lease_until", lease.until());
    }
    return out;
  }

  static UploadDocument upload(Object name, Map<?, ?> values) {
    return Fields.read(
        name,
        values,
        in ->
            new UploadDocument(
                uploadId(in),
                in.number("version"),
                in.number("generation"),
                in.constant("state", UploadDocument.State.class),
                in.text("name"),
                in.number("size"),
                in.integer("chunks"),
                in.number("time"),
                in.number("expires"),
                in.flag("replaceable"),
                in.has("lease_owner")
                    ? new UploadDocument.Lease(in.text("lease_owner"), in.number("lease_until"))
                    : null));
  }

  static Map<String, Object> fields(ChunkDocument chunk) {
    Map<String, Object> out = start(chunk.upload().hash());
    out.put("session", chunk.upload().session());
    out.put("generation", chunk.generation());
    out.put("number", chunk.number());
    out.put("part", PackedTables.ids(List.of(chunk.part())));
    out.put("length", chunk.length());
    return out;
  }

  static ChunkDocument chunk(Object name, Map<?, ?> values) {
    return Fields.read(
        name,
        values,
        in ->
            new ChunkDocument(
                uploadId(in),
                in.number("generation"),
                in.integer("number"),
                part(in),
                in.number("length")));
  }

  static Map<String, Object> fields(GarbageDocument garbage) {
    Map<String, Object> out = start(garbage.what().hash());
    out.put("id", garbage.id());
    out.put("due", garbage.due());
    switch (garbage.what()) {
      case GarbageDocument.Parts what -> {
        out.put("parts", PackedTables.ids(what.parts()));
        if (what.fenced()) {
          out.put("fenced", true);
        }
      }
      case GarbageDocument.Generation what -> {
        out.put("session", what.upload().session());
        out.put("generation", what.generation());
      }
    }
    return out;
  }

  static GarbageDocument garbage(Object name, Map<?, ?> values) {
    return Fields.read(
        name,
        values,
        in ->
            new GarbageDocument(
                in.text("id"),
                in.number("due"),
                in.has("parts")
                    ? new GarbageDocument.Parts(
                        hash(in),
                        PackedTables.ids(in.bytes("parts")),
                        in.has("fenced") && in.flag("fenced"))
                    : new GarbageDocument.Generation(uploadId(in), in.number("generation"))));
  }

  static Map<String, Object> fields(NodeDocument node) {
    NodeAnnouncement said = node.announcement();
    Map<String, Object> out = start();
    out.put("node", said.identity().nodeId());
    out.put("version", node.version());
    out.put("cluster", said.identity().clusterId());
    out.put("counter", said.identity().counter());
    out.put("boot", said.identity().bootId());
    out.put("sequence", said.sequence());
    out.put("log_sequence", said.logSequence());
    out.put("address", said.address().toString());
    out.put("process", said.process());
    out.put("host", said.host());
    out.put("zone", said.zone());
    out.put("capacity", said.capacityBytes());
    out.put("free", said.freeBytes());
    out.put("state", name(said.state()));
    out.put("replaces", node.replaces().stream().map(id -> Map.of("node", id)).toList());
    out.put("suspicions", node.suspicions().stream().map(DocumentFormat::suspicion).toList());
    NodeDocument.Lost lost = node.lost();
    if (lost != null) {
      out.put("lost_since", lost.since());
      out.put("lost_cause", name(lost.cause()));
      out.put("lost_progress", name(lost.progress()));
    }
    return out;
  }

  private static Map<String, Object> suspicion(Suspicion one) {
    return Map.of("observer", one.observer(), "since", one.since(), "confirmed", one.confirmed());
  }

  static NodeDocument node(Object name, Map<?, ?> values) {
    return Fields.read(
        name,
        values,
        in ->
            new NodeDocument(
                in.number("version"),
                announcement(in),
                in.listIfAny("replaces", one -> one.text("node")),
                in.listIfAny("suspicions", DocumentFormat::suspicion),
                in.has("lost_since") ? lost(in) : null));
  }

  private static Suspicion suspicion(Fields in) {
    return new Suspicion(in.text("observer"), in.number("since"), in.number("confirmed"));
  }

  private static NodeDocument.Lost lost(Fields in) {
    return new NodeDocument.Lost(
        in.number("lost_since"),
        in.constant("lost_cause", NodeDocument.Cause.class),
        in.constant("lost_progress", NodeDocument.Progress.class));
  }

  private static NodeAnnouncement announcement(Fields in) {
    return new NodeAnnouncement(
        new NodeIdentity(
            in.text("cluster"), in.text("node"), in.number("counter"), in.text("boot")),
        in.number("sequence"),
        in.number("log_sequence"),
        URI.create(in.text("address")),
        in.text("process"),
        in.text("host"),
        in.text("zone"),
        in.number("capacity"),
        in.number("free"),
        in.constant("state", NodeState.class));
  }

  static Map<String, Object> fields(ProcessDocument process) {
    Map<String, Object> out = start();
    out.put("process", process.id());
    out.put("seen", process.seen());
    out.put("repairs", process.repairs());
    out.put("repaired", process.repaired());
    out.put("repaired_bytes", process.repairedBytes());
    out.put("lately", process.lately());
    out.put("observes", process.observes());
    out.put("held", process.held());
    out.put(
        "unanswered",
        process.unanswered().stream()
            .map(one -> Map.of("node", one.node(), "boot", one.boot(), "lasts", one.lasts()))
            .toList());
    return out;
  }

  static ProcessDocument process(Object name, Map<?, ?> values) {
    return Fields.read(
        name,
        values,
        in ->
            new ProcessDocument(
                in.text("process"),
                in.number("seen"),
                in.flag("repairs"),
                in.number("repaired"),
                in.number("repaired_bytes"),
                in.number("lately"),
                in.has("observes") && in.flag("observes"),
                in.has("held") ? in.text("held") : "",
                in.listIfAny(
                    "unanswered",
                    one ->
                        new ProcessDocument.Unanswered(
                            one.text("node"), one.text("boot"), one.number("lasts")))));
  }

  static Map<String, Object> fields(SweepDocument sweep) {
    Map<String, Object> out = start();
    out.put("version", sweep.version());
    out.put("process", sweep.turn().process());
    out.put("until", sweep.turn().until());
    out.put("begun", sweep.begun());
    out.put("judged", sweep.judged());
    out.put("stopped", sweep.breaker().stopped());
    out.put("since", sweep.breaker().since());
    out.put("confirmed", sweep.breaker().confirmed());
    out.put(
        "lately",
        sweep.breaker().lately().stream()
            .map(one -> Map.of("minute", one.minute(), "count", one.count()))
            .toList());
    out.put("mode", name(sweep.mode()));
    out.put("ended", sweep.last().ended());
    out.put("columns", sweep.last().columns());
    out.put("bytes", sweep.last().bytes());
    out.put("found", sweep.last().found());
    out.put("deleted", sweep.last().deleted());
    out.put("layouts", sweep.last().layouts().stream().map(DocumentFormat::fields).toList());
    return out;
  }

  static SweepDocument sweep(Object name, Map<?, ?> values) {
    return Fields.read(
        name,
        values,
        in ->
            new SweepDocument(
                in.number("version"),
                new SweepDocument.Turn(in.text("process"), in.number("until")),
                in.number("begun"),
                in.number("judged"),
                breaker(in),
                in.constant("mode", SweepDocument.Mode.class),
                new SweepDocument.Last(
                    in.number("ended"),
                    in.number("columns"),
                    in.number("bytes"),
                    in.number("found"),
                    in.number("deleted"),
                    Set.copyOf(in.listIfAny("layouts", DocumentFormat::layout)))));
  }

  private static SweepDocument.Breaker breaker(Fields in) {
    return new SweepDocument.Breaker(
        in.text("stopped"),
        in.number("since"),
        in.flag("confirmed"),
        in.list(
            "lately", row -> new SweepDocument.Deleted(row.number("minute"), row.number("count"))));
  }

  private static Map<String, Object> start(ObjectHash hash) {
    Map<String, Object> out = start();
    out.put("hash", hash.bytes());
    return out;
  }

  private static Map<String, Object> start() {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put(FORMAT_FIELD, FORMAT);
    return out;
  }

  private static String name(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  private static ObjectHash hash(Fields in) {
    return ObjectHash.of(in.bytes("hash"));
  }

  private static UploadId uploadId(Fields in) {
    return new UploadId(hash(in), in.text("session"));
  }

  private static PartId part(Fields in) {
    List<PartId> ids = PackedTables.ids(in.bytes("part"));
    if (ids.size() != 1) {
      throw new IllegalArgumentException(
          "field 'part' has %d ids, expected 1".formatted(ids.size()));
    }
    return ids.getFirst();
  }
}

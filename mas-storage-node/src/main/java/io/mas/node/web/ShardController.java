package io.mas.node.web;

import io.mas.common.object.ShardKey;
import io.mas.common.protocol.InternalApi;
import io.mas.common.protocol.NodeError;
import io.mas.common.protocol.Page;
import io.mas.common.protocol.Priority;
import io.mas.common.protocol.ShardFrame;
import io.mas.common.protocol.StoredColumn;
import io.mas.node.shard.BlockShard;
import io.mas.node.shard.ShardRead;
import io.mas.node.shard.ShardStore;
import io.mas.node.shard.ShardStore.Origin;
import io.mas.node.shard.ShardStoreException;
import io.mas.node.shard.Verification;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Shards over HTTP. */
@RestController
final class ShardController {
  private static final String SHARD =
      InternalApi.SHARDS_PATH + "/{part}/{ordinal}/{shard}/{attempt}";

  private final ShardStore store;
  private final Budget putBytes;
  private final Budget reads;

  /** Half of them: however long those take, there are some for clients. */
  private final Budget backgroundReads;

  ShardController(ShardStore store, WebSettings settings) {
    this.store = store;
    this.putBytes = new Budget("bytes for puts", settings.putBytes());
    this.reads = new Budget("reads", settings.reads());
    this.backgroundReads = new Budget("reads in the background", settings.reads() / 2);
  }

  @PutMapping(SHARD)
  @ResponseStatus(HttpStatus.NO_CONTENT)
  void put(
      @PathVariable Map<String, String> path,
      @RequestParam Map<String, String> query,
      HttpServletRequest request)
      throws IOException {
    ShardKey key = new Parameters(path).key();
    Origin origin = new Parameters(query).origin();
    long length = request.getContentLengthLong();
    if (length > FrameBody.MAX_BYTES) {
      throw new ShardStoreException(
          NodeError.BAD_REQUEST,
          "body of %d bytes, expected at most %d".formatted(length, FrameBody.MAX_BYTES));
    }
    try (var _ = putBytes.take(length < 0 ? FrameBody.MAX_BYTES : (int) length)) {
      List<BlockShard> blocks = FrameBody.read(request.getInputStream(), origin.layout());
      store.put(key, origin, blocks);
    }
  }

  @GetMapping(SHARD)
  void get(
      @PathVariable Map<String, String> path,
      @RequestParam Map<String, String> query,
      HttpServletResponse response)
      throws IOException {
    ShardKey key = new Parameters(path).key();
    Parameters range = new Parameters(query);
    int from = range.number("from");
    int count = range.number("count");
    Priority priority = range.priority();
    int weight = count > 1 ? 2 : 1; // of several up to READ_AT_ONCE_BYTES are kept in memory
    ShardStore.Use answer = () -> answer(key, from, count, response);
    switch (priority) {
      case NORMAL -> inItsPlace(weight, answer);
      case BACKGROUND -> {
        try (var _ = backgroundReads.take(weight)) {
          inItsPlace(weight, () -> store.inBackground(answer));
        }
      }
    }
  }

  private void inItsPlace(int weight, ShardStore.Use read) throws IOException {
    try (var _ = reads.take(weight)) {
      read.run();
    }
  }

  private void answer(ShardKey key, int from, int count, HttpServletResponse response)
      throws IOException {
    try (ShardRead read = store.read(key, from, count)) {
      send(read, response);
    }
  }

  private static void send(ShardRead read, HttpServletResponse response) throws IOException {
    List<ShardFrame> frames = read.frames();
    response.setContentType(MediaType.APPLICATION_OCTET_STREAM_VALUE);
    response.setContentLengthLong(
        frames.stream().mapToLong(frame -> ShardFrame.BYTES + frame.payloadLength()).sum());
    OutputStream out = response.getOutputStream();
    ByteBuffer header = ByteBuffer.allocate(ShardFrame.BYTES);
    for (int i = 0; i < frames.size(); i++) {
      frames.get(i).writeTo(header.clear());
      if (frames.get(i).status() == ShardFrame.Status.OK) {
        ByteBuffer payload = read.payload(i);
        out.write(header.array());
        out.write(payload.array(), payload.arrayOffset() + payload.position(), payload.remaining());
      } else {
        out.write(header.array());
      }
    }
  }

  @DeleteMapping(SHARD)
  @ResponseStatus(HttpStatus.NO_CONTENT)
  void delete(@PathVariable Map<String, String> path) {
    store.delete(new Parameters(path).key());
  }

  @PostMapping(SHARD + "/verify")
  Verification verify(@PathVariable Map<String, String> path) {
    return store.verify(new Parameters(path).key());
  }

  @GetMapping(InternalApi.INVENTORY_PATH)
  Page<StoredColumn> inventory(@RequestParam Map<String, String> query) {
    return store.inventory(
        query.getOrDefault("cursor", ""),
        new Parameters(query).number("limit", ShardStore.MAX_PAGE));
  }
}

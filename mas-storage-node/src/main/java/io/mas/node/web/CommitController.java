package io.mas.node.web;

import io.mas.common.object.ObjectHash;
import io.mas.common.protocol.CommitRecord;
import io.mas.common.protocol.CommitSummary;
import io.mas.common.protocol.InternalApi;
import io.mas.common.protocol.NodeError;
import io.mas.common.protocol.Page;
import io.mas.node.shard.ShardStore;
import io.mas.node.shard.ShardStoreException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** Commit records over HTTP. */
@RestController
final class CommitController {
  /** 10 000 parts of about 60 bytes, and then some. */
  private static final int MAX_BYTES = 2 << 20;

  /** A page of the largest records is 20 MiB at most. */
  private static final int MAX_PAGE = 10;

  private final ShardStore store;
  private final JsonMapper json;

  CommitController(ShardStore store, JsonMapper json) {
    this.store = store;
    this.json = json;
  }

  @PutMapping(InternalApi.COMMITS_PATH + "/{hash}/{version}")
  @ResponseStatus(HttpStatus.NO_CONTENT)
  void put(@PathVariable String hash, @PathVariable long version, InputStream body)
      throws IOException {
    CommitRecord commit = read(body);
    if (!commit.hash().hex().equals(hash) || commit.version() != version) {
      throw bad("the record is of %s/%d".formatted(commit.hash(), commit.version()), null);
    }
    store.putCommit(commit);
  }

  private CommitRecord read(InputStream body) throws IOException {
    byte[] bytes = body.readNBytes(MAX_BYTES + 1);
    if (bytes.length > MAX_BYTES) {
      throw bad("a commit record of more than " + MAX_BYTES + " bytes", null);
    }
    try {
      return json.readValue(bytes, CommitRecord.class);
    } catch (JacksonException e) {
      throw bad("not a commit record: " + e.getOriginalMessage(), e);
    }
  }

  private static ShardStoreException bad(String message, @Nullable Throwable cause) {
    return new ShardStoreException(NodeError.BAD_REQUEST, message, cause);
  }

  @GetMapping(InternalApi.COMMITS_PATH)
  Page<CommitRecord> commits(@RequestParam Map<String, String> query) {
    int limit = new Parameters(query).number("limit", MAX_PAGE);
    return store.commits(query.getOrDefault("cursor", ""), Math.min(limit, MAX_PAGE));
  }

  @GetMapping(InternalApi.COMMITS_PATH + "/{hash}")
  Page<CommitSummary> commits(@PathVariable String hash, @RequestParam long above) {
    return store.commits(new ObjectHash(hash), above);
  }
}

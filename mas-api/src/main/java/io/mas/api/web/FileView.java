package io.mas.api.web;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.mas.api.object.FileInfo;
import org.jspecify.annotations.Nullable;

/**
 * The contract's {@code FileInfo}.
 *
 * @param size bytes
 * @param name the stored name
 * @param hash 64 lower-case hexadecimal digits
 * @param persistence whether the file is stored
 * @param createTime Unix seconds
 * @param serverIp always null, and always there: placement is internal, old clients expect the
 *     field
 */
@JsonPropertyOrder({"size", "name", "hash", "persistence", "create_time", "server_ip"})
@JsonInclude(JsonInclude.Include.ALWAYS)
record FileView(
    long size,
    String name,
    String hash,
    boolean persistence,
    @JsonProperty("create_time") long createTime,
    @JsonProperty("server_ip") @Nullable String serverIp) {

  static FileView of(FileInfo file) {
    return new FileView(
        file.size(), file.name(), file.hash().hex(), file.persistence(), file.createTime(), null);
  }
}

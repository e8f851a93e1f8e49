package io.mas.api.upload;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Settings of uploads.
 *
 * @param chunkMaxSize the most bytes of a chunk
 * @param fileMaxSize the most bytes of a file
 * @param expiresAfter an upload is given up so long after its last chunk
 * @param keepAfter how long an aborted or committed upload is kept before it is collected
 * @param lease how long a finish may be silent before another takes over
 */
@ConfigurationProperties("mas.upload")
public record UploadProperties(
    @DefaultValue("64MB") DataSize chunkMaxSize,
    @DefaultValue("5TB") DataSize fileMaxSize,
    @DefaultValue("7d") Duration expiresAfter,
    @DefaultValue("10m") Duration keepAfter,
    @DefaultValue("15s") Duration lease) {}

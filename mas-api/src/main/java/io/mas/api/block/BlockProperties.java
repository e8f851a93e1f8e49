package io.mas.api.block;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Settings of the data path.
 *
 * @param buffers off-heap memory for blocks under way, of the whole gateway
 * @param patience how long a request waits for its first buffer before it is answered 429
 * @param cpuThreads threads that hash, compress and code; 0 = one for each core
 */
@ConfigurationProperties("mas.block")
public record BlockProperties(
    @DefaultValue("160MB") DataSize buffers,
    @DefaultValue("30s") Duration patience,
    @DefaultValue("0") int cpuThreads) {}

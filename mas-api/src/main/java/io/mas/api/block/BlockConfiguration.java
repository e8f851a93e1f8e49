package io.mas.api.block;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Wires the room. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(BlockProperties.class)
public class BlockConfiguration {

  @Bean
  BufferPool bufferPool(BlockProperties properties) {
    return new BufferPool(properties.buffers().toBytes(), properties.patience());
  }

  @Bean
  CpuPool cpuPool(BlockProperties properties) {
    int threads = properties.cpuThreads();
    return new CpuPool(threads > 0 ? threads : Runtime.getRuntime().availableProcessors());
  }

  @Bean
  BlockCodec blockCodec() {
    return new BlockCodec();
  }

  @Bean
  Blocks blocks(BufferPool buffers, CpuPool cpu, BlockCodec codec) {
    return new Blocks(buffers, cpu, codec);
  }

  @Bean
  MeterBinder bufferMetrics(BufferPool buffers) {
    return registry ->
        Gauge.builder("mas.buffers.held", buffers, BufferPool::heldBytes)
            .baseUnit("bytes")
            .description("off-heap memory of blocks under way")
            .register(registry);
  }
}

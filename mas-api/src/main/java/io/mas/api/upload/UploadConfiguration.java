package io.mas.api.upload;

import io.mas.api.metadata.MetadataStore;
import io.mas.api.object.Parts;
import io.mas.api.object.ProtocolRule;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Wires the room. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(UploadProperties.class)
public class UploadConfiguration {

  @Bean
  Uploads uploads(MetadataStore metadata, Parts parts, UploadProperties properties) {
    return uploads(
        new Outside(metadata, parts, InstantSource.system(), new SecureRandom()),
        properties,
        ProtocolRule.ALL);
  }

  /** What the room stands on. */
  public record Outside(
      MetadataStore metadata, Parts parts, InstantSource clock, RandomGenerator random) {}

  /**
   * Puts the room together.
   *
   * @param rules {@link ProtocolRule#ALL}, but in the tests that show what each rule is for
   */
  public static Uploads uploads(
      Outside outside, UploadProperties properties, Set<ProtocolRule> rules) {
    MetadataStore metadata = outside.metadata();
    Parts parts = outside.parts();
    InstantSource clock = outside.clock();
    ChunkedUpload chunked = new ChunkedUpload(metadata, parts, properties, clock, outside.random());
    return new GatewayUploads(
        new SingleUpload(metadata, parts, properties, clock, rules),
        chunked,
        new Chunks(metadata, parts, chunked, properties.chunkMaxSize().toBytes()),
        new Finish(metadata, parts, new FinishLease(metadata, properties, clock), clock, rules),
        metadata,
        properties);
  }
}

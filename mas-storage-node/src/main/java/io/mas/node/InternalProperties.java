package io.mas.node;

import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What gateways and nodes share, {@code mas.internal.*}.
 *
 * @param keys secrets that requests are signed by; the first signs, all verify; none is refused
 */
@ConfigurationProperties("mas.internal")
record InternalProperties(@DefaultValue List<String> keys) {

  /** Shows no secret. */
  @Override
  public String toString() {
    return "InternalProperties[%d keys]".formatted(keys.size());
  }
}

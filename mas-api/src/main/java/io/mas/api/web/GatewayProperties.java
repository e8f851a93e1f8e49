package io.mas.api.web;

import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of the public HTTP API, {@code mas.gateway}.
 *
 * @param allowedOrigins origins whose pages may call the API, each as {@code scheme://host[:port]};
 *     {@code *} alone means any; never with credentials
 */
@ConfigurationProperties("mas.gateway")
public record GatewayProperties(@DefaultValue("*") List<String> allowedOrigins) {

  /** Any origin. */
  static final String ANY = "*";

  public GatewayProperties {
    allowedOrigins = List.copyOf(allowedOrigins);
    if (allowedOrigins.contains(ANY) && allowedOrigins.size() > 1) {
      throw new IllegalArgumentException(
          "mas.gateway.allowed-origins %s, expected '*' alone or origins"
              .formatted(allowedOrigins));
    }
  }

  boolean anyOrigin() {
    return allowedOrigins.contains(ANY);
  }
}

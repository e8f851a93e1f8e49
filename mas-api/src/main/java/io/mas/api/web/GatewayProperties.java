package io.mas.api.web;

import java.util.List;
import java.util.regex.Pattern;
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

  /**
   * As browsers send it (RFC 6454, section 6.2); another would match nothing, and say nothing.
   * {@code null}, which any sandboxed page sends, is not allowed.
   */
  private static final Pattern ORIGIN =
      Pattern.compile("(?!https://.*:443$|http://.*:80$)[a-z][a-z0-9+.-]*://[!-~&&[^/?#@*A-Z]]+");

  public GatewayProperties {
    allowedOrigins = List.copyOf(allowedOrigins);
    allowedOrigins.stream().filter(origin -> !origin.equals(ANY)).forEach(GatewayProperties::check);
    if (allowedOrigins.contains(ANY) && allowedOrigins.size() > 1) {
      throw new IllegalArgumentException(
          "mas.gateway.allowed-origins %s, expected '*' alone or origins"
              .formatted(allowedOrigins));
    }
  }

  private static void check(String origin) {
    if (!ORIGIN.matcher(origin).matches()) {
      throw new IllegalArgumentException(
          "mas.gateway.allowed-origins has '%s', expected an origin as a browser sends it, such as"
                  .formatted(origin)
              + " https://app.example.org: in lower case, without path, slash at the end or usual port");
    }
  }

  boolean anyOrigin() {
    return allowedOrigins.contains(ANY);
  }
}
